/* SPDX-License-Identifier: Apache-2.0 */
/* module: see module.h. */
#include "db/module.h"

#include <dlfcn.h>
#include <string.h>

#define POSTGRES COUNTERSIGN_MODULES "/countersign-postgres.so"

enum errcode
module_postgres(struct cx *cx, const struct db_driver **driver_out)
{
    *driver_out = NULL;
    void *handle = dlopen(POSTGRES, RTLD_NOW | RTLD_LOCAL);
    const struct db_driver *driver = handle != NULL ? dlsym(handle, "db_postgres") : NULL;
    if (driver == NULL)
        return err_set(cx, ERR_STORE, "the driver for PostgreSQL cannot be loaded: %s", dlerror());
    if (strcmp(driver->version, COUNTERSIGN_VERSION) != 0)
        return err_set(cx, ERR_STORE, "%s is of version %s, this program is %s: install both again", POSTGRES,
                       driver->version, COUNTERSIGN_VERSION);
    *driver_out = driver;
    return ERR_NONE;
}
