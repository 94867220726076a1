/* SPDX-License-Identifier: Apache-2.0 */
/* checkpoint: see checkpoint.h. */
#include "ledger/checkpoint.h"

#include <string.h>

#include "base/codec.h"
#include "crypto/hash.h"
#include "keys/env.h"

/* Of c2sp.org/signed-note. */
enum { TYPE_ED25519 = 1 };
#define DASH "\xe2\x80\x94 "

/* Neither blanks nor '+' nor controls may be in the name of a key. */
struct str
checkpoint_origin(struct cx *cx)
{
    struct str url = cx->env->public_url;
    const size_t scheme = str_find_str(url, STR_LIT("://"));
    if (scheme < url.n)
        url = str_sub(url, scheme + 3, SIZE_MAX);
    char *name = arena_cstr(&cx->arena, str_is_empty(url) ? STR_LIT("countersign") : url);
    for (char *c = name; *c != '\0'; c++)
        if (*c <= ' ' || *c == '+' || *c >= 0x7f)
            *c = '-';
    return arena_printf(&cx->arena, "%s/audit", name);
}

/* The first bytes of SHA-256 over the name, a line's end, and the key with its type. */
static void
put_id(struct cx *cx, struct checkpoint_signer *s)
{
    struct str head = arena_printf(&cx->arena, "%.*s\n", STR_ARG(s->name));
    char *text = arena_alloc(&cx->arena, head.n + sizeof s->typed);
    memcpy(text, head.p, head.n);
    memcpy(text + head.n, s->typed, sizeof s->typed);
    const struct digest d = sha256((struct str){text, head.n + sizeof s->typed});
    memcpy(s->id, d.bytes, sizeof s->id);
}

static struct checkpoint_signer
signer_of(struct cx *cx, struct str name)
{
    struct checkpoint_signer s = {.name = name, .typed = {TYPE_ED25519}};
    ed25519_public(&cx->env->ledger, s.typed + 1);
    put_id(cx, &s);
    return s;
}

struct str
checkpoint_key(struct cx *cx, struct str origin)
{
    const struct checkpoint_signer s = signer_of(cx, origin);
    struct arena *a = &cx->arena;
    return arena_printf(a, "%.*s+%.*s+%.*s", STR_ARG(origin), STR_ARG(codec_hex(a, s.id, sizeof s.id)),
                        STR_ARG(codec_base64(a, s.typed, sizeof s.typed)));
}

enum errcode
checkpoint_key_read(struct cx *cx, struct str text, struct checkpoint_signer *out)
{
    struct str rest = str_trim(text, "\n");
    unsigned char given[CHECKPOINT_KEY_ID];
    size_t n = 0, n_id = 0;
    out->name = str_cut(&rest, '+');
    const struct str id = str_cut(&rest, '+');
    if (str_is_empty(out->name) || codec_hex_read(id, given, sizeof given, &n_id) != ERR_NONE ||
        codec_base64_read(rest, out->typed, sizeof out->typed, &n) != ERR_NONE || n != sizeof out->typed ||
        n_id != sizeof given || out->typed[0] != TYPE_ED25519)
        return err_set(cx, ERR_SYNTAX, "it is not the key of an audit log: name+number+key");
    put_id(cx, out);
    if (memcmp(out->id, given, sizeof given) != 0) /* house: it is public */
        return err_set(cx, ERR_SYNTAX, "the key of the audit log has another number");
    return ERR_NONE;
}

struct str
checkpoint_sign(struct cx *cx, const struct checkpoint *c)
{
    struct arena *a = &cx->arena;
    const struct checkpoint_signer s = signer_of(cx, c->origin);
    unsigned char signature[CHECKPOINT_KEY_ID + ED25519_SIGNATURE];
    struct str text = arena_printf(a, "%.*s\n%lld\n%.*s\n", STR_ARG(c->origin), (long long)c->size,
                                   STR_ARG(codec_base64(a, c->root.bytes, sizeof c->root.bytes)));
    memcpy(signature, s.id, CHECKPOINT_KEY_ID);
    ed25519_sign(&cx->env->ledger, text, signature + CHECKPOINT_KEY_ID);
    return arena_printf(a, "%.*s\n" DASH "%.*s %.*s\n", STR_ARG(text), STR_ARG(c->origin),
                        STR_ARG(codec_base64(a, signature, sizeof signature)));
}

static enum errcode
is_none(struct cx *cx)
{
    return err_set(cx, ERR_SYNTAX, "it is not a checkpoint");
}

/* The text, and the lines of the signatures. */
static enum errcode
divide(struct cx *cx, struct str note, struct str *text_out, struct str *signatures_out)
{
    static const struct str blank = STR("\n\n" DASH);
    const size_t at = str_find_str(note, blank);
    if (note.n > CHECKPOINT_MAX || at >= note.n || !str_ends(note, STR_LIT("\n")))
        return is_none(cx);
    *text_out = str_sub(note, 0, at + 1);
    *signatures_out = str_sub(note, at + 2, SIZE_MAX);
    return ERR_NONE;
}

static enum errcode
read_text(struct cx *cx, struct str text, struct checkpoint *out)
{
    size_t n = 0;
    out->origin = str_cut(&text, '\n');
    struct str size = str_cut(&text, '\n'), root = str_cut(&text, '\n');
    if (str_is_empty(out->origin) || str_to_i64(size, 0, INT64_MAX, &out->size) != ERR_NONE ||
        (size.n > 1 && size.p[0] == '0') ||
        codec_base64_read(root, out->root.bytes, sizeof out->root.bytes, &n) != ERR_NONE ||
        n != sizeof out->root.bytes)
        return is_none(cx);
    return ERR_NONE;
}

/* One line, without its dash: whether it is the signature of that key. */
static bool
is_theirs(const struct checkpoint_signer *s, struct str text, struct str line)
{
    unsigned char signature[CHECKPOINT_KEY_ID + ED25519_SIGNATURE];
    size_t n = 0;
    return str_eq(str_cut(&line, ' '), s->name) &&
           codec_base64_read(line, signature, sizeof signature, &n) == ERR_NONE && n == sizeof signature &&
           memcmp(signature, s->id, CHECKPOINT_KEY_ID) == 0 && /* house: it is public */
           ed25519_verify(s->typed + 1, text, signature + CHECKPOINT_KEY_ID);
}

enum errcode
checkpoint_read_by(struct cx *cx, const struct checkpoint_signer *by, struct str note, struct checkpoint *out)
{
    struct str text = STR_NULL, rest = STR_NULL;
    enum errcode err = divide(cx, note, &text, &rest);
    if (err == ERR_NONE)
        err = read_text(cx, text, out);
    if (err != ERR_NONE)
        return err;
    const struct checkpoint_signer s = by != NULL ? *by : signer_of(cx, out->origin);
    while (!str_is_empty(rest)) {
        struct str line = str_cut(&rest, '\n');
        if (!str_starts(line, STR_LIT(DASH)))
            return is_none(cx);
        if (str_eq(out->origin, s.name) && is_theirs(&s, text, str_sub(line, strlen(DASH), SIZE_MAX)))
            return ERR_NONE;
    }
    return err_set(cx, ERR_CRYPTO, "the checkpoint is not signed by %s key",
                   by != NULL ? "that" : "this server's");
}

enum errcode
checkpoint_read(struct cx *cx, struct str note, struct checkpoint *out)
{
    return checkpoint_read_by(cx, NULL, note, out);
}
