/* push_key: see push_key.h. */
#include "auth/push_key.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include "auth/server_key.h"

/* 128 bits more than the order has, so that the remainder is as good as uniform (FIPS 186-5, A.2.1). */
enum { WIDE = 48 };

void
push_key_derive(struct secret *server_key, struct push_key *out)
{
    struct secret wide;
    server_key_derive(server_key, STR_LIT("countersign push v1"), WIDE, &wide);
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    EC_POINT *point = group != NULL ? EC_POINT_new(group) : NULL;
    BN_CTX *ctx = BN_CTX_secure_new();
    BIGNUM *d = BN_bin2bn(wide.bytes, WIDE, NULL), *most = BN_new();
    if (point == NULL || ctx == NULL || d == NULL || most == NULL)
        err_no_memory();
    /* 1 to the order less 1. */
    BN_set_flags(d, BN_FLG_CONSTTIME);
    ASSERT(BN_sub(most, EC_GROUP_get0_order(group), BN_value_one()) == 1);
    ASSERT(BN_mod(d, d, most, ctx) == 1 && BN_add(d, d, BN_value_one()) == 1);
    ASSERT(EC_POINT_mul(group, point, d, NULL, NULL, ctx) == 1);
    ASSERT(BN_bn2binpad(d, out->scalar.bytes, PUSH_KEY_SCALAR) == PUSH_KEY_SCALAR);
    out->scalar.n = PUSH_KEY_SCALAR;
    ASSERT(EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, out->point, PUSH_KEY_POINT, ctx) ==
           PUSH_KEY_POINT);
    BN_clear_free(d);
    BN_free(most);
    BN_CTX_free(ctx);
    EC_POINT_free(point);
    EC_GROUP_free(group);
    secret_clear(&wide);
}

enum errcode
push_key_read(struct cx *cx, const char *key_file, struct push_key *out)
{
    struct secret server_key;
    enum errcode err = server_key_read(cx, key_file, &server_key);
    if (err == ERR_NONE)
        push_key_derive(&server_key, out);
    secret_clear(&server_key);
    return err;
}
