// SPDX-License-Identifier: Apache-2.0
// A notice: that something about an account was changed elsewhere, seen once and put away.
import {h} from "../dom.js";
import {step} from "./step.js";

/** Those that have words, as in src/accounts/notice.def; a newer server may know more of them. */
export const KINDS = ["device-added", "device-removed", "password-changed", "codes-added", "codes-removed", "recovery-made"];

/**
 * The notices of an answer of device/pending; incomplete ones are left out.
 * @returns {{id: string, kind: string, subject: string, when: Date, times: number, first: Date}[]}
 */
export function noticesOf(answer) {
    const all = Array.isArray(answer.aNotices) ? answer.aNotices : [];
    return all.filter((notice) => typeof notice?.sNoticeId === "string" && notice.sNoticeId !== "" &&
        typeof notice.sKind === "string" && !Number.isNaN(Date.parse(notice.sWhen)))
        .map((notice) => ({
            id: notice.sNoticeId, kind: KINDS.includes(notice.sKind) ? notice.sKind : "other", subject: String(notice.sSubject ?? ""),
            when: new Date(notice.sWhen), times: Number.isInteger(notice.iTimes) ? notice.iTimes : 1,
            first: new Date(notice.sFirst ?? notice.sWhen)}));
}

/**
 * @param {object} words
 * @param {import("../accounts.js").Account} account
 * @param {{kind: string, subject: string, when: Date, times?: number, first?: Date}} notice
 * @param {object} acts
 * @param {() => void} acts.dismiss
 * @param {() => Promise<string|null>} acts.enter opens the self-service, where a device can be removed; the result that hindered it, or null
 */
export function noticeCard(words, account, {kind, subject, when, times = 1, first = when}, {dismiss, enter}) {
    const t = words.t;
    const trouble = h("div", {});
    const day = t("notice.when", {day: words.date(when), time: words.time(when)});
    return h("section", {class: "note notice"},
        h("h2", {}, t(`notice.${kind}.title`)),
        subject === "" ? null : h("p", {class: "subject"}, h("bdi", {}, subject)),
        h("p", {class: "soft"}, h("bdi", {}, account.company), h("time", {datetime: when.toISOString()}, day),
            times > 1 ? h("span", {}, `${t("self.times", {n: times})}, ${t("self.times.since", {when: words.moment(first)})}`) : null),
        h("p", {}, t(`notice.${kind}.text`)),
        trouble,
        kind === "device-added" ? step(words, {label: t("notice.devices"), kind: "main", more: account.company, trouble}, enter) : null,
        h("button", {type: "button", class: "quiet", onclick: dismiss}, t("notify.seen")));
}
