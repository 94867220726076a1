// The answer to a challenge, without its screen.
import {assertionStatement, sign} from "./crypto.js";

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
 * Signs what was shown and sends it. Where the way back broke, asks whether it arrived.
 * @param {object} api
 * @param {import("./accounts.js").Account} account
 * @param {object} challenge as it was shown
 * @param {"approve"|"reject"|"not-me"} decision
 * @param {string} number as typed; empty where none is asked for
 * @returns {Promise<import("./api.js").ApiAnswer>}
 */
export async function answerChallenge(api, account, challenge, decision, number) {
    const members = {
        sChallengeId: challenge.sChallengeId, sDecision: decision,
        sSignature: await sign(account.privateKey, assertionStatement(challenge, account.id, decision, number))};
    if (number !== "")
        members.sNumber = number;
    const answer = await api.answer(account, members);
    if (answer.result !== "Offline")
        return answer;
    const now = await api.fetch(account, challenge.sChallengeId);
    // It waits still, so nothing arrived: the same answer may be given again.
    return now.result === "OK" ? answer : {...now, result: now.result === "AlreadyAnswered" ? "Arrived" : now.result};
}
