/* SPDX-License-Identifier: Apache-2.0 */
/* gsoap: a stand-alone gSOAP server that answers each check with Poll; a thread for each connection, as
 * gSOAP's guide shows it. The stubs are made from the published WSDL by gsoap_build. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "TechnicianConsoleSoap.nsmap"
#include "soapH.h"

int
__ns1__twoFactorCheckPushAuthStatus(struct soap *soap, struct _ns1__twoFactorCheckPushAuthStatus *in,
                                    struct _ns1__twoFactorCheckPushAuthStatusResponse *out)
{
    (void)soap;
    (void)in;
    out->twoFactorCheckPushAuthStatusResult = ns1__LoginTwoFactorRet__loginTwoFactorRet_USCOREPoll;
    out->iAttemptRemaining = 10;
    out->iPasswordExpiresIn = -1;
    return SOAP_OK;
}

/* The same, by SOAP 1.2. */
int
__ns1__twoFactorCheckPushAuthStatus_(struct soap *soap, struct _ns1__twoFactorCheckPushAuthStatus *in,
                                     struct _ns1__twoFactorCheckPushAuthStatusResponse *out)
{
    return __ns1__twoFactorCheckPushAuthStatus(soap, in, out);
}

static void *
serve(void *arg)
{
    struct soap *soap = arg;
    pthread_detach(pthread_self());
    soap_serve(soap);
    soap_destroy(soap);
    soap_end(soap);
    soap_free(soap);
    return NULL;
}

int
main(int argc, char **argv)
{
    struct soap *soap = soap_new1(SOAP_IO_KEEPALIVE);
    (void)argc;
    signal(SIGPIPE, SIG_IGN);
    soap->bind_flags = SO_REUSEADDR;
    soap->max_keep_alive = 0; /* no bound */
    if (!soap_valid_socket(soap_bind(soap, "127.0.0.1", atoi(argv[1]), 1024)))
        return 1;
    while (soap_valid_socket(soap_accept(soap))) {
        pthread_t thread;
        struct soap *copy = soap_copy(soap);
        if (copy == NULL || pthread_create(&thread, NULL, serve, copy) != 0)
            return 1;
    }
    return 1;
}
