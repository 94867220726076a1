/* SPDX-License-Identifier: Apache-2.0 */
/* credential: when a certificate has to come from the service manager. In /dev/shm, which a unit does not
 * hide. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/credential.h"

struct place {
    char folder[64], certificate[96], key[96], link[96];
    struct credential_user user; /* another account if we may become one */
};

static void
make_file(const char *path, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    assert_true(fd >= 0);
    assert_int_equal(fchmod(fd, mode), 0);
    (void)close(fd);
}

static void
make(struct place *p, const char *under)
{
    const struct passwd *nobody = getpwnam("nobody");
    assert_non_null(nobody);
    p->user = geteuid() == 0 ? (struct credential_user){"nobody", nobody->pw_uid, nobody->pw_gid}
                             : (struct credential_user){"unused", geteuid(), getegid()};
    (void)snprintf(p->folder, sizeof p->folder, "%s/countersign-credential.XXXXXX", under);
    assert_non_null(mkdtemp(p->folder));
    assert_int_equal(chmod(p->folder, 0755), 0);
    (void)snprintf(p->certificate, sizeof p->certificate, "%s/fullchain.pem", p->folder);
    (void)snprintf(p->key, sizeof p->key, "%s/privkey.pem", p->folder);
    (void)snprintf(p->link, sizeof p->link, "%s/link.pem", p->folder);
    make_file(p->certificate, 0644);
    make_file(p->key, 0640);
    assert_int_equal(chown(p->key, (uid_t)-1, p->user.gid), 0);
}

static void
clear(const struct place *p)
{
    (void)unlink(p->link);
    assert_int_equal(unlink(p->certificate), 0);
    assert_int_equal(unlink(p->key), 0);
    assert_int_equal(rmdir(p->folder), 0);
}

static bool
is_needed(const struct place *p)
{
    return credential_is_needed(&p->user, p->certificate, p->key);
}

static void
not_where_the_account_reads_both(void **state)
{
    (void)state;
    struct place p;
    make(&p, "/dev/shm");
    assert_false(is_needed(&p));
    clear(&p);
}

static void
where_a_file_is_missing_or_the_key_is_open_to_others(void **state)
{
    (void)state;
    struct place p;
    make(&p, "/dev/shm");
    assert_true(credential_is_needed(&p.user, "/nonexistent", p.key));
    assert_int_equal(chmod(p.key, 0644), 0);
    assert_true(is_needed(&p));
    assert_int_equal(chmod(p.key, 0), 0);
    assert_true(is_needed(&p));
    clear(&p);
}

static void
where_the_unit_hides_the_folder_also_behind_a_link(void **state)
{
    (void)state;
    struct place hidden, seen;
    make(&hidden, "/tmp");
    make(&seen, "/dev/shm");
    assert_true(is_needed(&hidden));
    assert_int_equal(symlink(hidden.certificate, seen.link), 0);
    assert_true(credential_is_needed(&seen.user, seen.link, seen.key));
    clear(&hidden);
    clear(&seen);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(not_where_the_account_reads_both),
        cmocka_unit_test(where_a_file_is_missing_or_the_key_is_open_to_others),
        cmocka_unit_test(where_the_unit_hides_the_folder_also_behind_a_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
