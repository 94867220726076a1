/* SPDX-License-Identifier: Apache-2.0 */
/* password_make: a generated password (password.h). */
#include <string.h>

#include "accounts/password.h"
#include "base/arena.h"
#include "base/rand.h"
#include "base/secret.h"

struct str
password_make(struct cx *cx)
{
    /* Without look-alike letters and digits; only special characters that shells and XML do not interpret. */
    static const char *const types[] = {"abcdefghijkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789",
                                        "-_+=.:"};
    enum { TYPES = ARRAY_LEN(types), LENGTH = 20 };
    char letters[128], password[LENGTH];
    bool has_type[TYPES];
    size_t have;
    do {
        size_t n = 0;
        for (size_t t = 0; t < TYPES; t++) {
            memcpy(letters + n, types[t], strlen(types[t]));
            n += strlen(types[t]);
            has_type[t] = false;
        }
        for (size_t i = 0; i < LENGTH; i++) {
            size_t at = rand_below((uint32_t)n);
            password[i] = letters[at];
            letters[at] = letters[--n];
            for (size_t t = 0; t < TYPES; t++)
                if (strchr(types[t], password[i]) != NULL)
                    has_type[t] = true;
        }
        have = 0;
        for (size_t t = 0; t < TYPES; t++)
            have += has_type[t] ? 1 : 0;
    } while (have < TYPES);
    struct str made = arena_str(&cx->arena, (struct str){password, LENGTH});
    secret_wipe(password, sizeof password);
    secret_wipe(letters, sizeof letters);
    return made;
}
