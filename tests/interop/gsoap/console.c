/* SPDX-License-Identifier: Apache-2.0 */
/* A console made of gSOAP's C stubs: see tests/interop/README.md. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "TechnicianConsoleSoap.nsmap"
#include "soapH.h"

static int
show_fault(struct soap *soap)
{
    const char *text = *soap_faultstring(soap);
    if (soap->error != SOAP_FAULT && soap->fault == NULL) {
        soap_print_fault(soap, stderr);
        return 1;
    }
    printf("fault %s\n", text != NULL ? text : "");
    return 0;
}

static const char *
login_name(struct soap *soap, enum ns1__LoginV2 value)
{
    return soap_ns1__LoginV22s(soap, value);
}

static int
poll_until_decided(struct soap *soap, const char *endpoint, char *login, char *push)
{
    struct _ns1__twoFactorCheckPushAuthStatus in = {login, push};
    for (;;) {
        struct _ns1__twoFactorCheckPushAuthStatusResponse out;
        if (soap_call___ns1__twoFactorCheckPushAuthStatus(soap, endpoint, NULL, &in, &out) != SOAP_OK)
            return show_fault(soap);
        const char *result = soap_ns1__LoginTwoFactorRet2s(soap, out.twoFactorCheckPushAuthStatusResult);
        printf("check %s\n", result);
        if (strcmp(result, "loginTwoFactorRet_Poll") != 0) {
            printf("end %s\n", result);
            return 0;
        }
        usleep(200000);
    }
}

static int
sign_in(struct soap *soap, const char *endpoint, char *email, char *password)
{
    struct _ns1__loginTechnicianFromStandalone_USCOREv7_USCORE2 in = {email, password, "en"};
    struct _ns1__loginTechnicianFromStandalone_USCOREv7_USCORE2Response out;
    int done =
        soap_call___ns1__loginTechnicianFromStandalone_USCOREv7_USCORE2(soap, endpoint, NULL, &in, &out);
    if (done != SOAP_OK)
        return show_fault(soap);
    const char *result = login_name(soap, out.loginTechnicianFromStandalone_USCOREv7_USCORE2Result);
    printf("login %s\n", result);
    if (strcmp(result, "login_v2_OkTwoFactorAuthenticationRequired") != 0) {
        printf("end %s\n", result);
        return 0;
    }
    struct _ns1__twoFactorSendPushAuth send = {out.sLoginToken};
    struct _ns1__twoFactorSendPushAuthResponse sent;
    if (soap_call___ns1__twoFactorSendPushAuth(soap, endpoint, NULL, &send, &sent) != SOAP_OK)
        return show_fault(soap);
    printf("number %s\n", sent.sMatchNumber);
    return poll_until_decided(soap, endpoint, out.sLoginToken, sent.sPushToken);
}

int
main(int argc, char **argv)
{
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    /* MODE is "plain" or "chunked"; then as every client. */
    if (argc != 8)
        return 2;
    soap_mode mode = strcmp(argv[1], "chunked") == 0 ? SOAP_IO_CHUNK : SOAP_IO_KEEPALIVE;
    /* Without the flag gSOAP takes a char for a character of ISO 8859-1. */
    struct soap *soap = soap_new1(mode | SOAP_C_UTFSTRING);
    soap_set_namespaces(soap, namespaces);
    soap_set_version(soap, strcmp(argv[4], "1.2") == 0 ? 2 : 1);
    struct SOAP_ENV__Header header = {"x"};
    if (strcmp(argv[5], "fault") == 0)
        soap->header = &header;
    int status = sign_in(soap, argv[3], argv[6], argv[7]);
    soap_destroy(soap);
    soap_end(soap);
    soap_free(soap);
    return status;
}
