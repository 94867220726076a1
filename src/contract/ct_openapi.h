/* SPDX-License-Identifier: Apache-2.0 */
/* ct_openapi: the operations of a JSON face as an OpenAPI 3.1 document, from the contract's tables. Linked
 * into the program that prints docs/device-openapi.json and docs/operator-openapi.json at build; the front
 * serves those files. */
#ifndef COUNTERSIGN_CONTRACT_CT_OPENAPI_H
#define COUNTERSIGN_CONTRACT_CT_OPENAPI_H

#include "base/buf.h"
#include "contract/ct.h"

/* Appends the document of CT_FACE_JSON or CT_FACE_ADMIN; the other faces of the tables have none (ASSERT).
 * Its paths are relative to the server that serves it. It ends with a line feed, and is the same in every
 * build of a version. */
void ct_openapi_write(struct buf *out, enum ct_face face);

#endif
