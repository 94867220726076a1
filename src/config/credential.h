/* SPDX-License-Identifier: Apache-2.0 */
/* credential: which files the service's account can only have from its service manager (LoadCredential= of
 * systemd.exec(5)). What it can read itself is better left a file: a renewed certificate comes into use
 * without a restart (tls.watch), while the manager copies credentials when the service starts. */
#ifndef COUNTERSIGN_CONFIG_CREDENTIAL_H
#define COUNTERSIGN_CONFIG_CREDENTIAL_H

#include <stdbool.h>
#include <sys/types.h>

struct credential_user {
    const char *name;
    uid_t uid;
    gid_t gid;
};

/* To be asked by root: whether that account cannot use a certificate and its key where they are, as a service
 * whose unit hides home and temporary folders. */
bool credential_is_needed(const struct credential_user *user, const char *certificate, const char *key);

#endif
