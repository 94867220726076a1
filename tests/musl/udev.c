/* SPDX-License-Identifier: Apache-2.0 */
/* A libudev by which libfido2 can be loaded. It is for keys that are plugged in, which a server has none of:
 * whatever calls it has lost its way. */
#include <stdlib.h>

#define NEVER_CALLED(name)     \
    _Noreturn void name(void); \
    void name(void)            \
    {                          \
        abort();               \
    }

NEVER_CALLED(udev_device_get_devnode)
NEVER_CALLED(udev_device_get_parent_with_subsystem_devtype)
NEVER_CALLED(udev_device_get_sysattr_value)
NEVER_CALLED(udev_device_get_sysnum)
NEVER_CALLED(udev_device_new_from_syspath)
NEVER_CALLED(udev_device_unref)
NEVER_CALLED(udev_enumerate_add_match_subsystem)
NEVER_CALLED(udev_enumerate_get_list_entry)
NEVER_CALLED(udev_enumerate_new)
NEVER_CALLED(udev_enumerate_scan_devices)
NEVER_CALLED(udev_enumerate_unref)
NEVER_CALLED(udev_list_entry_get_name)
NEVER_CALLED(udev_list_entry_get_next)
NEVER_CALLED(udev_new)
NEVER_CALLED(udev_unref)
