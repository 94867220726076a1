// SPDX-License-Identifier: Apache-2.0
// What an operator does to an account and its devices, beside what person.js has first: all that the command line does.
import {h} from "../../../../approve/js/dom.js";
import {qrPicture} from "../../../../approve/js/views/qr.js";
import {action, companyChoice, field, once, personPlace, problem} from "./common.js";

/**
 * @typedef {object} Desk where deeds happen
 * @property {object} one the account @property {object} shown what the server says of it
 * @property {HTMLElement} trouble @property {(node: HTMLElement) => void} give shows what a deed made, or asks
 */

/** A form of one field. @param {{title: string, label: string, value: string, act: (value: string) => Promise<object>}} what */
function renameForm(ctx, {title, label, value, act}) {
    const {t, words} = ctx;
    const trouble = h("div", {});
    const form = h("form", {novalidate: true}, h("h2", {}, title), field(label, {id: "new-name", value}),
        h("div", {class: "actions"}, h("button", {type: "submit", class: "main"}, t("rename"))), trouble);
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        if (ctx.deed.isBusy)
            return;
        const answer = await once(ctx, () => act(form.querySelector("#new-name").value.trim()));
        if (answer.result === "OK")
            await ctx.reload();
        else
            trouble.replaceChildren(problem(words, answer));
    });
    return h("div", {tabindex: -1}, form);
}

/** @param {Desk} desk */
export function deviceButtons(ctx, {trouble, give}, device) {
    const {t} = ctx;
    const {sDeviceId, sName} = device;
    const can = (operation) => ctx.may("helpdesk", operation);
    const act = (operation, members = {}) => ctx.call(operation, {sDeviceId, ...members});
    const isActive = device.sState === "active", turn = isActive ? "device/disable" : "device/enable";
    const all = [
        !can(turn) ? null : action(ctx, {label: t(isActive ? "device.disable" : "device.enable"), more: sName, trouble, act: () => act(turn)}),
        !can("device/rename") ? null : h("button", {type: "button", class: "quiet", "aria-label": `${t("rename")}: ${sName}`,
            onclick: () => give(renameForm(ctx, {title: t("rename"), label: t("rename.device"), value: sName,
                act: (name) => act("device/rename", {sName: name})}))}, t("rename")),
        !can("device/remove") ? null : action(ctx, {label: t("remove"), more: sName, kind: "quiet warn", trouble,
            question: {title: t("remove.ask", {name: sName}), text: t("remove.text")}, act: () => act("device/remove")}),
    ].filter(Boolean);
    return all.length === 0 ? null : h("div", {class: "actions"}, all);
}

/** A link, a password or codes: shown once, for they are secrets. */
export function secret(ctx, {title, text, values, qr}) {
    return h("div", {class: "link-made", role: "status", tabindex: -1}, h("h2", {}, title), h("p", {}, text),
        qr === undefined ? null : h("div", {class: "qr-frame"}, qrPicture(qr, ctx.t("enrol.qr"))),
        values.map((value) => h("p", {}, h("code", {}, value))));
}

/** @param {Desk} desk */
function codes(ctx, {one, trouble, give}) {
    const {t} = ctx;
    const sTechnician = one.sTechnicianId;
    const can = (operation) => ctx.may("helpdesk", operation);
    return [
        !can("technician/recovery") ? null : action(ctx, {label: t("recovery"), trouble, question: {title: t("recovery.ask"), text: t("recovery.text")},
            act: () => ctx.call("technician/recovery", {sTechnician}),
            done: ({aRecoveryCodes}) => give(secret(ctx, {title: t("recovery"), text: t("reset.once"),
                values: (aRecoveryCodes ?? []).map(({sCode}) => sCode)}))}),
        !can("technician/totp") ? null : action(ctx, {label: t("totp"), trouble, question: {title: t("totp.ask"), text: t("totp.text")},
            act: () => ctx.call("technician/totp", {sTechnician}),
            done: ({sUri}) => give(secret(ctx, {title: t("totp"), text: t("reset.once"), values: [sUri]}))}),
        !one.bTotp || !can("technician/untotp") ? null : action(ctx, {label: t("untotp"), kind: "quiet warn", trouble,
            question: {title: t("untotp.ask"), text: t("untotp.text")}, act: () => ctx.call("technician/untotp", {sTechnician})}),
    ];
}

/** @param {Desk} desk */
function ways(ctx, {one, shown, trouble}) {
    const {t} = ctx;
    const sTechnician = one.sTechnicianId;
    return [
        (shown.aLinks ?? []).length === 0 || !ctx.may("helpdesk", "technician/cancel") ? null : action(ctx, {label: t("cancel"), trouble,
            act: () => ctx.call("technician/cancel", {sTechnician})}),
        shown.bSelfEnrolment || !ctx.may("helpdesk", "technician/selfenrol") ? null : action(ctx, {label: t("selfenrol"), kind: "quiet warn", trouble,
            question: {title: t("selfenrol.ask"), text: t("selfenrol.text")}, act: () => ctx.call("technician/selfenrol", {sTechnician})}),
    ];
}

/** @param {Desk} desk */
function standing(ctx, {one, trouble, give}) {
    const {t} = ctx;
    const sTechnician = one.sTechnicianId;
    const set = (members) => ctx.call("technician/set", {sTechnician, ...members});
    const off = {title: t("off.ask"), text: t("off.text")};
    const all = !ctx.may("admin", "technician/set") ? [] : [
        h("button", {type: "button", class: "quiet", "aria-label": `${t("rename")}: ${one.sName}`, onclick: () => give(renameForm(ctx, {title: t("rename"),
            label: t("rename.person"), value: one.sName, act: (sName) => set({sName})}))}, t("rename")),
        one.bRole ? action(ctx, {label: t("off"), kind: "quiet warn", trouble, question: off, act: () => set({sActive: "off"})})
            : action(ctx, {label: t("on"), trouble, act: () => set({sActive: "on"})}),
        one.bTechnician ? action(ctx, {label: t("kind.off"), kind: "quiet warn", trouble, question: off, act: () => set({sKind: "off"})})
            : action(ctx, {label: t("kind.on"), trouble, act: () => set({sKind: "on"})})];
    if (ctx.may("admin", "technician/delete"))
        all.push(action(ctx, {label: t("delete"), kind: "quiet warn", trouble, question: {title: t("delete.ask", {name: one.sEmail}), text: t("delete.text")},
            act: () => ctx.call("technician/delete", {sTechnician}), done: () => ctx.go("#/people")}));
    return all;
}

/** @param {Desk} desk */
export function otherDeeds(ctx, desk) {
    const all = [...codes(ctx, desk), ...ways(ctx, desk), ...standing(ctx, desk)].filter(Boolean);
    return all.length === 0 ? null : h("div", {}, h("h2", {}, ctx.t("deeds")), h("div", {class: "actions"}, all));
}

/** The form that adds an account, with a password that is shown once. */
export function addForm(ctx, company) {
    const {t, words} = ctx;
    if (!ctx.may("admin", "technician/add") || ctx.companies.length === 0)
        return null;
    const result = h("div", {});
    const [label, select] = companyChoice(ctx, company || ctx.companies[0].sCompany, false);
    label.setAttribute("for", "add-company");
    select.id = "add-company";
    const form = h("form", {class: "find", novalidate: true}, h("div", {}, field(t("add.address"), {id: "add-email", type: "email"})),
        h("div", {}, field(t("rename.person"), {id: "add-name"})), h("div", {}, label, select),
        h("div", {}, h("button", {type: "submit", class: "quiet"}, t("add.go"))));
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        const of = (id) => form.querySelector(`#${id}`).value.trim();
        const sEmail = of("add-email");
        if (ctx.deed.isBusy)
            return; // a second press would take the password out of sight
        const answer = await once(ctx, () => ctx.call("technician/add",
            {sCompany: of("add-company"), sEmail, sName: of("add-name") || undefined, bPassword: true}));
        if (answer.result !== "OK") {
            result.replaceChildren(problem(words, answer));
            return;
        }
        const made = secret(ctx, {title: t("reset.made"), text: t("reset.once"), values: [answer.sPassword]});
        made.append(h("p", {}, h("a", {href: personPlace(answer.sTechnicianId)}, sEmail)));
        result.replaceChildren(made);
        made.focus();
    });
    return h("div", {}, h("h2", {}, t("add")), form, result);
}
