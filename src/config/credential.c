/* SPDX-License-Identifier: Apache-2.0 */
/* credential: files that a service manager has put into a folder of this service alone (LoadCredential= of
 * systemd.exec(5)), in place of the ones that the configuration names. */
#include "config/credential.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/readable.h"
#include "config/config.h"
#include "config/setting.h"

/* The database is written, and so cannot be one. */
static bool
is_eligible(size_t i)
{
    return settings[i].kind == KIND_PATH && i != SETTING_store_path;
}

void
config_use_credentials(struct config *c, const char *folder)
{
    if (folder == NULL || folder[0] != '/')
        return;
    for (size_t i = 0; i < SETTING_COUNT_; i++) {
        struct str *value = (struct str *)(void *)((char *)c + settings[i].offset);
        if (!is_eligible(i) || str_is_empty(*value))
            continue;
        struct str path = arena_printf(&c->arena, "%s/%s.%s", folder, settings[i].section, settings[i].key);
        if (access(path.p, F_OK) == 0)
            *value = path;
    }
}

/* Of countersign.service: ProtectHome and PrivateTmp. */
static bool
is_hidden(const char *path)
{
    static const char *const places[] = {"/home/", "/root/", "/run/user/", "/tmp/", "/var/tmp/"};
    char real[PATH_MAX];
    if (realpath(path, real) == NULL)
        return true;
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        if (strncmp(real, places[i], strlen(places[i])) == 0)
            return true;
    return false;
}

/* The server refuses such a key as a file of its own; the manager's copy has a stricter mode. */
static bool
is_too_open(const char *key)
{
    struct stat st;
    return stat(key, &st) != 0 || (st.st_mode & (S_IWGRP | S_IXGRP | S_IRWXO)) != 0;
}

bool
credential_is_needed(const struct credential_user *user, const char *certificate, const char *key)
{
    return is_hidden(certificate) || is_hidden(key) || is_too_open(key) ||
           !readable_by(user->name, user->uid, user->gid, certificate) ||
           !readable_by(user->name, user->uid, user->gid, key);
}
