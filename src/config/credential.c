/* SPDX-License-Identifier: Apache-2.0 */
/* credential: files that a service manager has put into a folder of this service alone (LoadCredential= of
 * systemd.exec(5)), in place of the ones that the configuration names. */
#include <unistd.h>

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
