#!/bin/sh
# A whole console: sh console.sh SERVER EMAIL  (curl)
set -eu
server=$1 email=$2
namespace=http://microsoft.com/webservices/
umask 077
cookies=$(mktemp) # the session
trap 'rm -f "$cookies"; [ ! -t 0 ] || stty echo' EXIT

# Keeps a & or a < in a password or an address from being read as XML, and the reverse.
escape() {
    printf '%s' "$1" | sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g'
}

unescape() {
    sed "s/&lt;/</g; s/&gt;/>/g; s/&quot;/\"/g; s/&apos;/'/g; s/&amp;/\&/g"
}

# call OPERATION [NAME VALUE]...: into $answer. Through a pipe: a password is not visible in the list of processes.
call() {
    operation=$1 body=
    shift
    while [ $# -gt 0 ]; do
        body="$body<$1>$(escape "$2")</$1>"
        shift 2
    done
    answer=$(printf '%s' "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>
            <$operation xmlns=\"$namespace\">$body</$operation></soap:Body></soap:Envelope>" |
        curl -sS -b "$cookies" -c "$cookies" "$server/WebServices/TechnicianConsole.asmx" \
            -H 'Content-Type: text/xml; charset=utf-8' -H "SOAPAction: \"$namespace$operation\"" \
            -H 'Prefer: wait=20' --data-binary @-)
    result=$(value "${operation}Result")
}

# value NAME: of the answer; nothing where there is none.
value() {
    printf '%s\n' "$answer" | sed -n "s:.*<$1>\([^<]*\)</$1>.*:\1:p" | unescape
}

# ask QUESTION, secret QUESTION: into $typed.
ask() {
    printf '%s' "$1"
    IFS= read -r typed || typed=
}

secret() {
    [ ! -t 0 ] || stty -echo
    ask "$1"
    [ ! -t 0 ] || { stty echo && echo; }
}

ask_the_phone() {
    call twoFactorSendPushAuth sLoginToken "$token"
    while [ "$result" = loginTwoFactorRet_TwoFactorError ] && [ "$(value iExpiresIn)" -gt 0 ]; do
        echo "The phone can be asked again in $(value iExpiresIn) seconds."
        sleep "$(value iExpiresIn)"
        call twoFactorSendPushAuth sLoginToken "$token"
    done
    [ "$result" = loginTwoFactorRet_OK ] || return 0
    echo "Type $(value sMatchNumber) on the phone."
    push_token=$(value sPushToken) interval=$(value iPollInterval)
    while :; do
        call twoFactorCheckPushAuthStatus sLoginToken "$token" sPushToken "$push_token"
        [ "$result" = loginTwoFactorRet_Poll ] || return 0
        sleep "$interval"
    done
}

second_factor() {
    while ask 'Code, or Enter to ask the phone: ' && [ -n "$typed" ]; do
        call twoFactorValidateCode sLoginToken "$token" sCode "$typed"
        [ "$result" = loginTwoFactorRet_InvalidCode ] || return 0
        echo 'That code is wrong, or was used already.'
    done
    ask_the_phone
}

secret 'Password: '
password=$typed
call loginTechnicianFromStandalone_v7_2 sEmail "$email" sPassword "$password" sLanguage en
while :; do
    case $result in
    *_OkTwoFactorAuthenticationRequired) token=$(value sLoginToken) && second_factor ;;
    *_OkTwoFactorSetupRequired) echo "Set up a second factor first: $(value sTwoFactorSetupUrl)" ;;
    esac
    case $result in
    *_UserPasswordExpired) ;;
    *) break ;;
    esac
    secret 'The password has expired. New password: '
    call loginTechnicianWithNewPassword_v7_2 email "$email" oldPassword "$password" newPassword "$typed"
    password=$typed
done

case $result in # map results by name, never by number
*_OK) ;;
*) echo "Not signed in: ${result:-no answer}" >&2 && exit 1 ;;
esac
echo 'Signed in.'
ask 'Enter signs out. '
call keepConsoleAlive # every few minutes while the console is in use
echo "Session: $result"
call logoutTechnician
echo "Signed out: $result"
