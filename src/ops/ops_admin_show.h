/* SPDX-License-Identifier: Apache-2.0 */
/* ops_admin_show: rows of the domain as items of the operator's API. */
#ifndef COUNTERSIGN_OPS_OPS_ADMIN_SHOW_H
#define COUNTERSIGN_OPS_OPS_ADMIN_SHOW_H

#include <stddef.h>

#include "accounts/company.h"
#include "accounts/session.h"
#include "accounts/technician.h"
#include "base/cx.h"
#include "base/err.h"
#include "contract/ct.h"
#include "store/store_audit.h"
#include "store/store_reported.h"

struct ct_array ops_companies(struct cx *cx, const struct company *companies, size_t n);
enum errcode ops_technicians(struct cx *cx, const struct technician *technicians, size_t n,
                             struct ct_array *out) MUST_CHECK;
enum errcode
ops_sessions(struct cx *cx, const struct session *sessions, size_t n, struct ct_array *out) MUST_CHECK;
enum errcode
ops_events(struct cx *cx, const struct audit_row *rows, size_t n, struct ct_array *out) MUST_CHECK;
enum errcode
ops_reports(struct cx *cx, const struct reported_row *rows, size_t n, struct ct_array *out) MUST_CHECK;

#endif
