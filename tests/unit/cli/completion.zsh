#!/usr/bin/zsh -f
# SPDX-License-Identifier: Apache-2.0
# completion: what zsh offers, by its own functions replaced. Usage: completion.zsh COUNTERSIGN
setopt err_return no_unset
typeset -i failed=0
typeset -a offered
compdef() { [[ "$*" == '_countersign countersign' ]] }
_files() { offered+=(FILES) }
_describe() {
    [[ $1 == -o ]] && shift
    local -a items=("${(@P)2}")
    offered+=("${(@)items%%:*}")
}
eval "$($1 completion zsh)"

# expect WANTED WORD...: the last word is the one being typed; WANTED must be among what is offered ("!W": must not).
expect() {
    local wanted=$1
    shift
    words=(countersign "$@")
    CURRENT=$#words
    offered=()
    _countersign || :
    if [[ $wanted == !* ]]; then
        if (( ${offered[(Ie)${wanted#!}]} )); then print "offered ${wanted#!} for: $*"; failed=1; fi
    elif (( ! ${offered[(Ie)$wanted]} )); then
        print "not offered: $wanted for: $* (got: $offered)"; failed=1
    fi
}

expect company ""
expect add company ""
expect '!login' company ""
expect --json ""
expect add -c /etc/x company a
expect --company technician add ann@acme.example ""
expect '!--title' technician add ann@acme.example ""
expect --soap12 login ""
expect '!add' technician add ann ""
expect FILES login ann --password-file ""
expect '!--json' technician add ann --company ""
expect FILES --config ""
exit $failed
