/* key_check: whether the server's key is this database's. A key of another one would refuse every right
 * password, count it as a failure, and mix two keys in one database. */
#ifndef COUNTERSIGN_ACCOUNTS_KEY_CHECK_H
#define COUNTERSIGN_ACCOUNTS_KEY_CHECK_H

#include "base/cx.h"
#include "base/err.h"

/* With cx->env and cx->db, outside of a transaction. The database keeps a value that is derived from the key
 * under a label of its own (RFC 5869), and so is of use for nothing else. One that has none yet, because an
 * earlier version made it, gets it now, unless a seed or a push in it was made under another key.
 *
 * ERR_STORE: it is another key. key_file is for the words. */
enum errcode key_check(struct cx *cx, const char *key_file) MUST_CHECK;

#endif
