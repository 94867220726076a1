/* SPDX-License-Identifier: Apache-2.0 */
/* worker_main: the program of one worker. */
#include <stddef.h>

#include "proc/domain.h"

int
main(void)
{
    return domain_run(NULL);
}
