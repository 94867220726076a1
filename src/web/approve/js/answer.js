// SPDX-License-Identifier: Apache-2.0
// The answer to a challenge, without its screen.
import {assertionStatement, sign} from "./crypto.js";
import {askPasskey} from "./passkey.js";

/** Members that are shown or signed: a challenge without one of them is not answered. */
const MEMBERS = ["sChallengeId", "sNonce", "sAudience", "sCompany", "sAccount", "sPurpose", "sSource", "sCreated", "sExpires"];

/**
 * Whether a challenge is what this account may be asked: whole, and for the server, company and address of its enrolment.
 * @param {import("./accounts.js").Account} account
 */
export function isForAccount(account, challenge) {
    return MEMBERS.every((name) => typeof challenge[name] === "string" && challenge[name] !== "") &&
        challenge.sAudience === account.audience;
}

/**
 * Signs a statement with what this account has: the device's key, and its passkey where the enrolment made one.
 * @param {import("./accounts.js").Account} account
 * @param {Uint8Array} bytes
 * @returns {Promise<{result: string, members?: object}>} members: both signatures, as the server takes them
 */
export async function signWithAll(account, bytes) {
    const passkey = account.passkey === undefined ? {result: "OK", members: {}} : await askPasskey(account.passkey, bytes);
    if (passkey.result !== "OK")
        return {result: passkey.result};
    return {result: "OK", members: {sSignature: await sign(account.privateKey, bytes), ...passkey.members}};
}

/**
 * Signs what was shown and sends it: an approval with the passkey too, a no with one tap. Where the way back broke, asks whether it arrived.
 * @param {object} api
 * @param {import("./accounts.js").Account} account
 * @param {object} challenge as it was shown
 * @param {"approve"|"reject"|"not-me"} decision
 * @param {string} number as typed; empty where none is asked for
 * @returns {Promise<import("./api.js").ApiAnswer>}
 */
export async function answerChallenge(api, account, challenge, decision, number) {
    const bytes = assertionStatement(challenge, account.id, decision, number);
    const signed = decision === "approve" ? await signWithAll(account, bytes)
        : {result: "OK", members: {sSignature: await sign(account.privateKey, bytes)}};
    if (signed.result !== "OK")
        return {result: signed.result, retryAfter: 0};
    const members = {sChallengeId: challenge.sChallengeId, sDecision: decision, ...signed.members};
    if (number !== "")
        members.sNumber = number;
    const answer = await api.answer(account, members);
    if (answer.result !== "Offline")
        return answer;
    const now = await api.fetch(account, challenge.sChallengeId);
    // It waits still, so nothing arrived: the same answer may be given again.
    return now.result === "OK" ? answer : {...now, result: now.result === "AlreadyAnswered" ? "Arrived" : now.result};
}
