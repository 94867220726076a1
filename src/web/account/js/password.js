// SPDX-License-Identifier: Apache-2.0
// The page that changes a password with the old one and the second factor. It is a console like any other: it speaks the
// published contract, and the session that an approval opens is ended at once.
import {h} from "../../approve/js/dom.js";
import {createFrame} from "../../approve/js/views/frame.js";
import {messageView} from "../../approve/js/views/message.js";
import {createService, PASSING} from "./soap.js";
import {codeView, formView, numberView} from "./views.js";
import {pageWords, problemOf} from "./words.js";

/** Seconds that a check may be held. */
const WAIT = 25;
/** Milliseconds behind the end of a push in which the server's last word is still asked for. */
const GRACE = 30_000;
/** What a company asks of a password, by the contract's number. */
const STRENGTHS = {1: "self.strength.good", 2: "self.strength.strong", 3: "self.strength.excellent"};

const words = pageWords();
const frame = createFrame(document.body, () => words);
const service = createService(new URL("../../WebServices/TechnicianConsole.asmx", import.meta.url));

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1_000));

/** Where no answer came, the deed may be done all the same. */
const honest = (result) => ["Offline", "UnknownError"].includes(result) ? "Unclear" : result;

function showForm() {
    frame.show(formView(words, {change: begin}));
}

function tell(kind, key, {beside, more, label = "account.again", done = showForm} = {}) {
    frame.show(messageView(words, {kind, key, beside, more, label, done}));
}

/** The password is changed; the session that came with it is not wanted. */
async function finish() {
    let ended = await service("logoutTechnician");
    if (PASSING.includes(ended.result))
        ended = await service("logoutTechnician");
    const isOut = ["OK", "UserNotLoggedIn"].includes(ended.result);
    tell("good", "account.changed", {done: null, beside: isOut ? undefined
        : h("a", {class: "button quiet", href: "../console/"}, words.t("account.changed.open"))});
}

/** What an answer that ends the sign-in means. */
async function conclude(answer) {
    if (answer.result === "OK")
        await finish();
    else
        tell("bad", `problem.${problemOf(words, honest(answer.result))}`, {more: answer.result === "PasswordStrengthNotMeetRequirement"
            ? STRENGTHS[answer.minimumPasswordStrength] : undefined});
}

/** Asks until there is an outcome, the push's time is over, or the person chose something else: then null. */
async function outcome(login, push, signal) {
    const end = performance.now() + Number(push.iExpiresIn) * 1_000 + GRACE;
    let answer = {result: "TimeOut"};
    while (!signal.aborted && performance.now() < end) {
        answer = await service("twoFactorCheckPushAuthStatus", {sLoginToken: login.sLoginToken, sPushToken: push.sPushToken},
            {wait: WAIT, signal});
        if (signal.aborted || !["Poll", ...PASSING].includes(answer.result))
            break;
        if (!answer.didWait)
            await pause(Number(push.iPollInterval) || 1);
    }
    return signal.aborted ? null : answer;
}

function askCode(login, hindrance) {
    frame.show(codeView(words, {hindrance, cancel: showForm, validate: async (code) => {
        const answer = await service("twoFactorValidateCode", {sLoginToken: login.sLoginToken, sCode: code});
        if (["InvalidCode", ...PASSING].includes(answer.result))
            return answer.result === "InvalidCode" ? "WrongCode" : honest(answer.result);
        await conclude(answer);
        return null;
    }}));
}

async function askPhone(login, hasCodes) {
    const push = await service("twoFactorSendPushAuth", {sLoginToken: login.sLoginToken});
    if (push.result !== "OK") {
        const result = push.result === "TwoFactorError" && Number(push.iExpiresIn) > 0 ? "PushWaits" : push.result;
        if (hasCodes && ["TwoFactorError", "PushWaits"].includes(result))
            askCode(login, result);
        else
            await conclude({...push, result});
        return;
    }
    const left = new AbortController();
    const leave = (next) => () => {
        left.abort();
        void service("twoFactorCancelPushAuth", {sLoginToken: login.sLoginToken, sPushToken: push.sPushToken});
        next();
    };
    frame.show(numberView(words, {number: push.sMatchNumber, cancel: leave(showForm),
        useCode: hasCodes ? leave(() => askCode(login, null)) : null}));
    const answer = await outcome(login, push, left.signal);
    if (answer !== null)
        await conclude(answer);
}

/** @returns {Promise<string|null>} the result that hindered it */
async function begin(email, oldPassword, newPassword) {
    const login = await service("loginTechnicianWithNewPassword_v7_2", {email, oldPassword, newPassword});
    if (login.result === "OkTwoFactorSetupRequired") {
        tell("calm", "account.setup", {done: null, beside: login.sTwoFactorSetupUrl
            ? h("a", {class: "button main", href: login.sTwoFactorSetupUrl}, words.t("account.setup.go")) : undefined});
    } else if (login.result === "OkTwoFactorAuthenticationRequired") {
        const methods = [login.oTwoFactorAuthenticationMethods ?? []].flat();
        const hasCodes = methods.includes("Code") || methods.includes("RecoveryCode");
        if (methods.includes("Push"))
            await askPhone(login, hasCodes);
        else
            askCode(login, null);
    } else if (login.result === "OK") {
        await finish();
    } else {
        return honest(login.result);
    }
    return null;
}

showForm();
