/* SPDX-License-Identifier: Apache-2.0 */
/* readable: the answer is that of the account, not ours. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/readable.h"

struct place {
    char folder[64], file[80];
};

static void
make(struct place *p)
{
    (void)snprintf(p->folder, sizeof p->folder, "/tmp/countersign-readable.XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    (void)snprintf(p->file, sizeof p->file, "%s/file", p->folder);
    int fd = open(p->file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    (void)close(fd);
}

static void
clear(const struct place *p)
{
    assert_int_equal(unlink(p->file), 0);
    assert_int_equal(rmdir(p->folder), 0);
}

static void
our_own_account_is_not_changed(void **state)
{
    (void)state;
    struct place p;
    make(&p);
    assert_true(readable_by("unused", geteuid(), getegid(), p.file));
    assert_false(readable_by("unused", geteuid(), getegid(), "/nonexistent"));
    assert_int_equal(access(p.file, R_OK), 0);
    clear(&p);
}

/* Without root we may not become another account: then nothing is readable. */
static void
modes_and_folders_count_for_another_account(void **state)
{
    (void)state;
    struct place p;
    const char *name = getuid() == getpwnam("nobody")->pw_uid ? "daemon" : "nobody";
    const struct passwd *other = getpwnam(name);
    const bool may = geteuid() == 0;
    assert_non_null(other);
    make(&p);
    assert_int_equal(chmod(p.folder, 0755), 0);
    assert_false(readable_by(name, other->pw_uid, other->pw_gid, p.file));
    assert_int_equal(chmod(p.file, 0644), 0);
    assert_int_equal(readable_by(name, other->pw_uid, other->pw_gid, p.file), may);
    assert_int_equal(chmod(p.file, 0640), 0);
    if (may)
        assert_int_equal(chown(p.file, 0, other->pw_gid), 0);
    assert_int_equal(readable_by(name, other->pw_uid, other->pw_gid, p.file), may);
    assert_int_equal(chmod(p.folder, 0700), 0);
    assert_false(readable_by(name, other->pw_uid, other->pw_gid, p.file));
    clear(&p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_own_account_is_not_changed),
        cmocka_unit_test(modes_and_folders_count_for_another_account),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
