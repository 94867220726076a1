// SPDX-License-Identifier: Apache-2.0
// The self-service's overview: devices, codes, password, last sign-ins.
import {h} from "../dom.js";
import {step} from "./step.js";

/** How a sign-in ended, by the results that have words of their own; the others are not for this account. */
const ENDS = {
    OK: "ok", InvalidPassword: "password", TwoFactorRejected: "rejected", TimeOut: "unanswered", InvalidCode: "number",
    TwoFactorError: "undelivered", UserLockedOut: "locked", IPNotAllowed: "address", ConcurrentLimitExceeded: "seats",
    UserPasswordExpired: "expired", PasswordStrengthNotMeetRequirement: "new-password", OldNewPasswordsMatch: "new-password",
    AlreadyUsedPassword: "new-password", Counted: "counted"};
const METHODS = ["push", "totp", "recovery", "password"];
/** Sign-ins that are seen before somebody asks for more. */
const SEEN = 4;

/** What others attempt never takes the place of what was granted. */
const isGranted = (entry) => entry.sResult === "OK";

function tags(words, device) {
    const all = [[device.bThis, "self.this"], [device.sState !== "active", "self.disabled", "warn"], [device.bPasskey, "self.passkey"],
        [device.bNotifications, "self.notified"]];
    return all.filter(([holds]) => holds).map(([, key, kind]) => [h("span", {class: `tag ${kind ?? "calm"}`}, words.t(key)), " "]);
}

function deviceRow(words, device, {rename, remove}) {
    const t = words.t;
    const trouble = h("div", {});
    const seen = new Date(device.sSeen ?? "");
    return h("li", {},
        h("h3", {}, h("bdi", {}, device.sName)),
        h("p", {class: "tags"}, tags(words, device)),
        h("p", {class: "soft"}, t("self.enrolled", {date: words.date(new Date(device.sEnrolled))}),
            Number.isNaN(seen.getTime()) ? null : [h("br"), t("self.seen", {ago: words.ago(Math.max(0, Date.now() - seen))})]),
        device.sFingerprint === undefined ? null : h("p", {class: "soft mono"}, device.sFingerprint),
        trouble,
        h("div", {class: "pair"},
            step(words, {label: t("self.rename"), more: device.sName, trouble}, () => rename(device)),
            step(words, {label: t("self.remove"), more: device.sName, kind: "quiet warn", trouble}, () => remove(device))));
}

/** Refusals that the server put together. */
function often(words, entry) {
    if (!(entry.iTimes > 1))
        return null;
    return [" · ", words.t("self.times", {n: entry.iTimes}), h("br"),
        words.t("self.times.since", {when: words.moment(new Date(entry.sFirst))})];
}

function signInRow(words, entry) {
    const t = words.t;
    const end = ENDS[entry.sResult] ?? "refused";
    const when = new Date(entry.sWhen);
    const how = end === "ok" && METHODS.includes(entry.sMethod) ? t(`self.method.${entry.sMethod}`) : null;
    return h("li", {class: end === "ok" ? "good" : "bad"},
        h("p", {}, h("strong", {}, t(`self.end.${end}`)), how === null ? null : ` ${how}`),
        h("p", {class: "soft"}, h("time", {datetime: entry.sWhen}, words.moment(when)), often(words, entry)),
        h("p", {class: "soft"}, h("bdi", {}, entry.sConsole || t(entry.iTimes > 1 ? "fact.console.several" : "fact.console.none")), entry.sSource ? [" · ", h("bdi", {}, entry.sSource)] : null));
}

/** @param {string} kind "granted" or "refused" @param {string} none what is shown instead of an empty list */
function signIns(words, entries, kind, none) {
    const list = (some) => h("ul", {class: `cards signins ${kind}`}, some.map((entry) => signInRow(words, entry)));
    if (entries.length === 0)
        return h("p", {class: "soft"}, none);
    return [list(entries.slice(0, SEEN)), entries.length <= SEEN ? null
        : h("details", {}, h("summary", {}, words.t("self.signins.more")), list(entries.slice(SEEN)))];
}

function codes(words, {known, places, removeCodes, recover}) {
    const t = words.t;
    const trouble = h("div", {});
    return h("div", {class: "card"},
        h("p", {}, t(known.bCodes ? "codes.on" : "codes.off")),
        h("div", {class: known.bCodes ? "pair" : "single"},
            h("a", {class: "button quiet", href: places("codes"), "aria-label": known.bCodes ? `${t("codes.replace")}: ${t("codes.heading")}` : undefined},
                t(known.bCodes ? "codes.replace" : "codes.setup")),
            known.bCodes ? step(words, {label: t("codes.remove"), more: t("codes.heading"), kind: "quiet warn", trouble}, removeCodes) : null),
        h("p", {}, t(known.iRecoveryCodes === 0 ? "codes.recovery.none" : "codes.recovery.left", {n: known.iRecoveryCodes})),
        trouble,
        h("div", {class: "single"}, step(words, {label: t("codes.recovery.new"), trouble}, recover)));
}

function password(words, {known, places}) {
    const days = known.iPasswordExpiresIn;
    const told = days < 0 ? words.t("self.password.never") : days === 0 ? words.t("self.password.over") : words.t("self.password.days", {n: days});
    return h("div", {class: "card"},
        known.iPasswordNotice < 0 ? h("p", {}, told) : h("div", {class: "problem"}, h("p", {}, told)),
        h("div", {class: "single"}, h("a", {class: "button quiet", href: places("password")}, words.t("self.password.change"))));
}

/**
 * @param {object} words
 * @param {object} state
 * @param {import("../accounts.js").Account} state.account
 * @param {object} state.known the server's answer: devices, sign-ins, codes, password
 * @param {(place?: string) => string} state.places their addresses
 * @param {(device: object) => Promise<string|null>} state.rename @param {(device: object) => Promise<string|null>} state.remove
 * @param {() => Promise<string|null>} state.removeCodes @param {() => Promise<string|null>} state.recover
 * @param {() => void} state.close
 * @returns {import("./frame.js").Screen}
 */
export function selfView(words, state) {
    const {account, known, places, close} = state;
    const t = words.t;
    const all = known.aSignIns ?? [];
    return {
        title: t("self.title"), corner: "back", back: places(),
        body: h("section", {class: "self"},
            h("h1", {}, t("self.title")),
            h("p", {class: "soft"}, h("bdi", {}, account.company), " · ", h("bdi", {}, account.address)),
            h("h2", {}, t("self.devices")),
            h("ul", {class: "cards"}, known.aDevices.map((device) => deviceRow(words, device, state))),
            h("h2", {}, t("codes.heading")), codes(words, state),
            h("h2", {}, t("self.password")), password(words, state),
            h("h2", {}, t("self.signins")), signIns(words, all.filter(isGranted), "granted", t("self.signins.none")),
            h("h2", {}, t("self.refusals")),
            signIns(words, all.filter((entry) => !isGranted(entry)), "refused", t("self.refusals.none")),
            h("div", {class: "actions"}, h("button", {type: "button", class: "quiet", onclick: close}, t("self.close")))),
    };
}
