/* SPDX-License-Identifier: Apache-2.0 */
/* server_key: see server_key.h. */
#include "keys/server_key.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/codec.h"
#include "crypto/hash.h"

enum { KEY_FILE_MAX = 256 };

/* RFC 5869 with SHA-256, no salt. */
void
server_key_derive(struct secret *server_key, struct str label, size_t n, struct secret *out)
{
    ASSERT(n <= sizeof out->bytes);
    out->n = n;
    hkdf_sha256(STR_LIT(""), (struct str){(const char *)server_key->bytes, server_key->n}, label, out->bytes,
                n);
}

static enum errcode
read_key_text(struct cx *cx, int fd, const char *key_file, struct secret *server_key)
{
    char text[KEY_FILE_MAX];
    struct stat st;
    if (fstat(fd, &st) != 0)
        return err_set(cx, ERR_IO, "%s: %s", key_file, strerror(errno));
    if ((st.st_mode & 077) != 0)
        return err_set(cx, ERR_DENIED, "%s: others may read it; its mode must be 0600", key_file);
    ssize_t n = read(fd, text, sizeof text);
    if (n < 0)
        return err_set(cx, ERR_IO, "%s: %s", key_file, strerror(errno));
    struct str trimmed = str_trim(utf8_skip_mark((struct str){text, (size_t)n}), " \t\r\n");
    enum errcode err =
        codec_base64url_read(trimmed, server_key->bytes, sizeof server_key->bytes, &server_key->n);
    secret_wipe(text, sizeof text);
    if (err != ERR_NONE || server_key->n != SERVER_KEY_BYTES)
        return err_set(cx, ERR_SYNTAX, "%s: not a key of 32 bytes in base64url", key_file);
    return ERR_NONE;
}

enum errcode
server_key_read(struct cx *cx, const char *key_file, struct secret *key_out)
{
    key_out->n = 0;
    int fd = open(key_file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return err_set(cx, ERR_IO, "%s: %s", key_file, strerror(errno));
    enum errcode err = read_key_text(cx, fd, key_file, key_out);
    close(fd);
    return err;
}
