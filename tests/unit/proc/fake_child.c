/* SPDX-License-Identifier: Apache-2.0 */
/* fake_child: a child that only obeys the supervisor, for supervise_test. As the courier
 * it reports a lost channel at each reload. */
#include <string.h>

#include "base/cx.h"
#include "config/config.h"
#include "proc/child.h"

int
main(int argc, char **argv)
{
    bool is_courier = argc > 0 && strcmp(argv[0], "countersign-courier") == 0;
    struct cx cx;
    struct config config;
    bool ends = child_begin(&cx, "child", &config) != ERR_NONE;
    while (!ends) {
        struct control m;
        ends = control_receive(CONTROL_FD, &m) != ERR_NONE;
        if (!ends && m.type == CONTROL_GO)
            ends = child_ready(&cx) != ERR_NONE;
        if (!ends && m.type == CONTROL_RELOAD && is_courier)
            child_report(&(struct control){.type = CONTROL_LOST, .slot = 0});
        if (!ends && m.type == CONTROL_DRAIN) {
            child_drained();
            ends = true;
        }
        control_close_fds(&m);
    }
    config_clear(&config);
    cx_clear(&cx);
    return 0;
}
