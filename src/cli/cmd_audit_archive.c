/* SPDX-License-Identifier: Apache-2.0 */
/* audit verify, audit archive: the log as a whole, and the parts of it that are in files. */
#include "base/clock.h"
#include "base/codec.h"
#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/print.h"
#include "ledger/archive.h"
#include "ledger/verify.h"
#include "upkeep/archiving.h"
#include "upkeep/files.h"

enum { AGE_MOST = 36600 /* days */, KEY_MOST = 4096 };

static struct str
hex_of(struct cli *cli, const struct digest *d)
{
    return codec_hex(&cli->cx.arena, d->bytes, sizeof d->bytes);
}

static enum errcode
report_damage(struct cli *cli, const char *what, int64_t bad)
{
    json_t *o = print_object();
    struct str why = arena_str(&cli->cx.arena, str_from_cstr(cli->cx.detail));
    print_put_bool(o, "ok", false);
    print_put_int(o, "first_bad", bad);
    print_put_str(o, "why", why);
    if (cli->json)
        print_record(cli, o);
    else
        json_decref(o);
    err_forget(&cli->cx);
    return err_set(&cli->cx, ERR_CRYPTO, "%s was changed: %.*s", what, STR_ARG(why));
}

static enum errcode
verify_database(struct cli *cli)
{
    struct verify_report r = {.bad = 0};
    struct arena *a = &cli->cx.arena;
    enum errcode err = cli_open_store(cli);
    if (err == ERR_NONE)
        err = verify_log(&cli->cx, &r);
    if (err != ERR_NONE)
        return err == ERR_CRYPTO ? report_damage(cli, "the audit log", r.bad) : err;
    json_t *o = print_object();
    print_put_bool(o, "ok", true);
    print_put_int(o, "events", r.events);
    print_put_int(o, "chained", r.chained);
    print_put_int(o, "archived", r.archived);
    print_put_int(o, "unsealed", r.unsealed);
    print_put_str(o, "digest", r.root);
    print_done(
        cli, o, "The log of %lld events is whole; the root of its tree is %.*s.%s%s", (long long)r.events,
        STR_ARG(r.root),
        r.archived == 0 ? ""
                        : arena_printf(a, "\nOf the first %lld, which are in archives, only the hashes.",
                                       (long long)r.archived)
                              .p,
        r.unsealed == 0
            ? ""
            : arena_printf(a, "\nNot sealed yet, and so not verified: %lld.", (long long)r.unsealed).p);
    return ERR_NONE;
}

/* What an archive is verified with: a public key, or this server's key and database. */
struct verifying {
    struct checkpoint_signer signer;
    const struct checkpoint_signer *by; /* NULL: this server's */
    struct checkpoint kept;
    bool has_kept;
};

static enum errcode
prepare(struct cli *cli, struct verifying *v)
{
    struct str key = args_option(&cli->args, "key"), kept = args_option(&cli->args, "checkpoint");
    struct str text = STR_NULL;
    enum errcode err = ERR_NONE;
    if (str_is_null(key))
        err = cli_open_log(cli);
    else
        err = cli_read_text(cli, key, KEY_MOST, &text);
    if (err == ERR_NONE && !str_is_null(key)) {
        err = checkpoint_key_read(&cli->cx, text, &v->signer);
        v->by = &v->signer;
    }
    if (err != ERR_NONE || str_is_null(kept))
        return err;
    v->has_kept = true;
    err = cli_read_text(cli, kept, CHECKPOINT_MAX, &text);
    return err == ERR_NONE ? checkpoint_read_by(&cli->cx, v->by, text, &v->kept) : err;
}

static enum errcode
read_archive(struct cli *cli, const struct verifying *v, struct str path, const struct checkpoint *kept,
             struct archive *a)
{
    FILE *from = NULL;
    *a = (struct archive){.bad = 0};
    enum errcode err = files_open(&cli->cx, path.p, &from);
    if (err != ERR_NONE)
        return err;
    const struct archive_reading r = {.by = v->by, .kept = kept};
    err = v->by != NULL ? archive_read(&cli->cx, from, &r, a) : archive_compare(&cli->cx, from, kept, a);
    (void)fclose(from);
    return err == ERR_CRYPTO ? report_damage(cli, print_safe(cli, path), a->bad) : err;
}

/* The tree in front of the one is that of the other. */
static enum errcode
check_order(struct cli *cli, const struct verifying *v, const struct archive *a)
{
    struct str path = args_option(&cli->args, "after");
    struct archive earlier;
    if (str_is_null(path))
        return ERR_NONE;
    enum errcode err = read_archive(cli, v, path, NULL, &earlier);
    if (err != ERR_NONE)
        return err;
    if (earlier.last + 1 == a->first && str_eq(earlier.origin, a->origin) &&
        secret_equal(earlier.root.bytes, a->before.bytes, sizeof a->before.bytes))
        return ERR_NONE;
    return err_set(
        &cli->cx, ERR_CRYPTO, "%s has the events %lld to %lld of %.*s, which this does not continue",
        print_safe(cli, path), (long long)earlier.first, (long long)earlier.last, STR_ARG(earlier.origin));
}

static void
put_archive(struct cli *cli, json_t *o, const struct archive *a)
{
    print_put_int(o, "first", a->first);
    print_put_int(o, "last", a->last);
    print_put_str(o, "root", hex_of(cli, &a->root));
}

static enum errcode
verify_archive(struct cli *cli, struct str path)
{
    struct verifying v = {.by = NULL};
    struct archive a;
    enum errcode err = prepare(cli, &v);
    if (err == ERR_NONE)
        err = read_archive(cli, &v, path, v.has_kept ? &v.kept : NULL, &a);
    if (err == ERR_NONE)
        err = check_order(cli, &v, &a);
    if (err != ERR_NONE)
        return err;
    json_t *o = print_object();
    print_put_bool(o, "ok", true);
    put_archive(cli, o, &a);
    print_done(cli, o, "The events %lld to %lld are whole%s; the root of the tree up to there is %.*s.",
               (long long)a.first, (long long)a.last, v.by != NULL ? "" : ", and those of the database's log",
               STR_ARG(hex_of(cli, &a.root)));
    return ERR_NONE;
}

enum errcode
cmd_audit_verify(struct cli *cli)
{
    static const char *const options[] = {"key", "checkpoint", "after"};
    struct str path = args_word(&cli->args, 0);
    for (size_t i = 0; str_is_null(path) && i < ARRAY_LEN(options); i++)
        if (args_has(&cli->args, options[i]))
            return err_set(&cli->cx, ERR_USAGE, "--%s is about an archive: name its file", options[i]);
    return str_is_null(path) ? verify_database(cli) : verify_archive(cli, path);
}

/* One of the three options, or none for a file that is there. */
static enum errcode
read_end(struct cli *cli, struct archiving *b)
{
    struct str older = args_option(&cli->args, "older"), before = args_option(&cli->args, "before"),
               to = args_option(&cli->args, "to");
    int64_t age = 0;
    if (!str_is_null(older) + !str_is_null(before) + !str_is_null(to) != 1)
        return err_set(&cli->cx, ERR_USAGE, "which events: --older, --before or --to");
    if (!str_is_null(to))
        return str_to_i64(to, 1, INT64_MAX, &b->last) == ERR_NONE
                   ? ERR_NONE
                   : err_set(&cli->cx, ERR_USAGE, "--to is the number of an event, not '%.*s'", STR_ARG(to));
    if (!str_is_null(before))
        return clock_read_day(before, &b->before) == ERR_NONE && b->before <= cli->cx.now
                   ? ERR_NONE
                   : err_set(&cli->cx, ERR_USAGE,
                             "--before is a day such as 2026-01-01, not to come, not '%.*s'",
                             STR_ARG(before));
    enum errcode err = cli_read_span(cli, "older", AGE_MOST, &age);
    b->before = cli->cx.now - age;
    return err;
}

static void
print_archiving(struct cli *cli, const struct archiving *b)
{
    json_t *o = print_object();
    print_put_str(o, "file", b->a.last == 0 ? STR_NULL : b->path);
    print_put_bool(o, "was_there", b->was_there);
    put_archive(cli, o, &b->a);
    print_put_int(o, "removed", b->removed);
    if (b->a.last == 0)
        print_done(cli, o, "No event is that old: nothing was archived.");
    else
        print_done(cli, o, "%s %s the events %lld to %lld; %lld were removed from the database.",
                   print_safe(cli, b->path), b->was_there ? "was there, with" : "has", (long long)b->a.first,
                   (long long)b->a.last, (long long)b->removed);
}

enum errcode
cmd_audit_archive(struct cli *cli)
{
    struct archiving b = {.path = args_word(&cli->args, 0), .keeps = args_has(&cli->args, "keep")};
    enum errcode err = cli_open_log(cli);
    if (err == ERR_NONE)
        err = read_end(cli, &b);
    if (err == ERR_NONE)
        err = archiving_run(&cli->cx, &b);
    if (err == ERR_CRYPTO)
        return report_damage(cli, b.was_there ? print_safe(cli, b.path) : "the audit log", b.a.bad);
    if (err == ERR_NONE)
        print_archiving(cli, &b);
    return err;
}
