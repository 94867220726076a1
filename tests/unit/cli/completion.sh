#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# completion: what bash offers, asked as bash asks. Usage: completion.sh COUNTERSIGN
set -eu
source <("$1" completion bash)
complete -p countersign | grep -q -- '-F _countersign countersign'

failed=0
# expect WANTED WORD...: the last word is the one being typed; WANTED must be among what is offered ("!W": must not).
expect() {
    wanted=$1
    shift
    COMP_WORDS=(countersign "$@")
    COMP_CWORD=$#
    COMPREPLY=()
    _countersign
    offered=" ${COMPREPLY[*]} "
    case $wanted in
    !*) case $offered in *" ${wanted#!} "*) echo "offered ${wanted#!} for: $*"; failed=1 ;; esac ;;
    *) case $offered in *" $wanted "*) ;; *) echo "not offered: $wanted for: $* (got:$offered)"; failed=1 ;; esac ;;
    esac
}

expect company ""
expect company co
expect config co
expect '!login' co
expect --json --j
expect add company ""
expect add --json company a
expect add -c /etc/x company a
expect '!company' company ""
expect reset-password technician reset
expect --company technician add ann@acme.example --
expect --password-file technician add ann@acme.example --pass
expect '!--title' technician add ann@acme.example --
expect --qr enrol ann@acme.example --
expect --soap12 login --so
expect '!add' company add ""
expect not-me device n
expect /etc/passwd login ann --password-file /etc/passw
expect '!add' technician add ann --company a
exit $failed
