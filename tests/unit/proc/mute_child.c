/* SPDX-License-Identifier: Apache-2.0 */
/* mute_child: a child that never becomes ready, for supervise_test. */
#include <unistd.h>

int
main(void)
{
    for (;;)
        (void)pause();
}
