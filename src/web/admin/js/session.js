// SPDX-License-Identifier: Apache-2.0
// How an operator gets in: a one-time link brings in a passkey, a passkey opens a session.
import {askPasskey, makePasskey} from "../../../approve/js/passkey.js";

const bytesOf = (text) => new TextEncoder().encode(text);

/** @param {Function} call of api.js @param {string} link @param {object} welcome of link/look @param {string} name of the passkey */
export async function useLink(call, link, welcome, name) {
    const made = await makePasskey({
        statement: bytesOf(welcome.sChallenge), relyingParty: welcome.sRelyingParty, user: welcome.sUser, company: "countersign",
        account: welcome.sOperator, others: [], isFound: true});
    if (made.result !== "OK")
        return {result: made.result};
    return call("link/use", {sLink: link, sName: name, ...made.members});
}

/** @param {Function} call of api.js */
export async function signIn(call) {
    const begun = await call("signin/begin");
    if (begun.result !== "OK")
        return begun;
    if (begun.sRelyingParty === undefined)
        return {result: "PasskeysImpossible"};
    const asked = await askPasskey(null, bytesOf(begun.sChallenge));
    if (asked.result !== "OK")
        return {result: asked.result};
    return call("signin", {sChallenge: begun.sChallenge, sCredentialId: asked.id, ...asked.members});
}
