// SPDX-License-Identifier: Apache-2.0
// One account of this device: whose, with which key, its codes, and the ways to its self-service and off it.
import {h} from "../dom.js";
import {codePanel} from "./codes.js";
import {facts, problem} from "./frame.js";
import {step} from "./step.js";

/**
 * @param {object} words
 * @param {import("../accounts.js").Account} account
 * @param {object} steps each gives the result that hindered it, or null
 * @param {() => Promise<string|null>} steps.remove asks and removes
 * @param {() => Promise<string|null>} steps.enter opens the self-service
 * @returns {import("./frame.js").Screen}
 */
export function accountView(words, account, {remove, enter}) {
    const t = words.t;
    const trouble = h("div", {});
    const panel = account.codes === undefined || account.isGone ? null : codePanel(words, account.codes);

    return {
        title: account.company, corner: "back",
        body: h("section", {class: "account"},
            h("h1", {}, h("bdi", {}, account.company)),
            account.isGone ? problem(words, "UnknownDevice") : null,
            panel?.node,
            facts([
                [t("fact.account"), account.address], [t("fact.device"), account.name],
                [t("fact.enrolled"), words.date(new Date(account.enrolled))], [t("fact.server"), account.audience],
                [t("fact.fingerprint"), account.fingerprint, "mono"]]),
            h("p", {class: "soft"}, t("account.fingerprint")),
            account.passkey === undefined ? null : h("p", {class: "soft"}, t("passkey.has")),
            trouble,
            h("div", {class: "actions"},
                account.isGone ? null : step(words, {label: t("self.enter"), kind: "main", trouble}, enter),
                step(words, {label: t(account.isGone ? "account.forget" : "account.remove"), kind: "danger outline", trouble}, remove))),
        leave: () => panel?.leave(),
    };
}
