/* SPDX-License-Identifier: Apache-2.0 */
/* wipe: memory that base gives back no longer holds its content. Linked with --wrap=free, so that every
 * block is looked at on its way. */
#include "tests/unit/unit.h"

#include <malloc.h>

#include "base/arena.h"
#include "base/buf.h"

static const char secret[] = "correct horse battery staple";
static size_t n_freed;
static bool leaked;

void __real_free(void *p);
void __wrap_free(void *p);

void
__wrap_free(void *p)
{
    if (p != NULL) {
        n_freed++;
        leaked |= memmem(p, malloc_usable_size(p), secret, sizeof secret - 1) != NULL;
    }
    __real_free(p);
}

static int
setup(void **state)
{
    (void)state;
    n_freed = 0;
    leaked = false;
    return 0;
}

static void
sees_a_leak(void **state)
{
    (void)state;
    char *volatile p = malloc(sizeof secret); /* volatile: a store right before free is otherwise left out */
    assert_non_null(p);
    memcpy(p, secret, sizeof secret);
    free(p);
    assert_true(leaked);
}

static void
buf_grows_moves_and_clears(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 2000; i++) {
        buf_add_cstr(&b, secret);
        buf_addf(&b, "<%s>", secret);
        if (i % 3 == 0)
            buf_consume(&b, b.len / 2);
    }
    assert_true(n_freed > 0);
    buf_consume(&b, b.len);
    buf_release_if_empty(&b);
    assert_null(b.data);
    buf_add_cstr(&b, secret);
    buf_clear(&b);
    assert_false(leaked);
}

static void
arena_resets_and_clears(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 2000; i++)
            (void)arena_printf(&a, "%d %s", i, secret);
        char *large = arena_zalloc(&a, 100000);
        memcpy(large + 50000, secret, sizeof secret);
        arena_reset(&a);
        /* What the kept chunk hands out next is wiped, too. */
        const char *again = arena_alloc(&a, 8000);
        assert_null(memmem(again, 8000, secret, sizeof secret - 1));
    }
    arena_clear(&a);
    assert_true(n_freed > 0);
    assert_false(leaked);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup(sees_a_leak, setup),
                                       cmocka_unit_test_setup(buf_grows_moves_and_clears, setup),
                                       cmocka_unit_test_setup(arena_resets_and_clears, setup)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
