/* fake_child: a child that does nothing but what the supervisor tells it, for supervise_test. */
#include "base/cx.h"
#include "config/config.h"
#include "proc/child.h"

int
main(void)
{
    struct cx cx;
    struct config config;
    bool ends = child_begin(&cx, "child", &config) != ERR_NONE;
    while (!ends) {
        struct control m;
        ends = control_receive(CONTROL_FD, &m) != ERR_NONE;
        if (!ends && m.type == CONTROL_GO)
            child_say(CONTROL_READY);
        if (!ends && m.type == CONTROL_DRAIN) {
            child_say(CONTROL_DRAINED);
            ends = true;
        }
        control_close_fds(&m);
    }
    config_clear(&config);
    cx_clear(&cx);
    return 0;
}
