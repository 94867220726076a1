// A whole console: node console.mjs SERVER EMAIL  (npm install soap)
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import soap from "soap";

const [server, email] = process.argv.slice(2);
const client = await soap.createClientAsync(`${server}/WebServices/TechnicianConsole.asmx?WSDL`);
client.addHttpHeader("Prefer", "wait=20"); // the server may hold a check until something happens
client.on("response", (body, response) => { // the session is a cookie, and this client keeps none by itself
    const cookie = response?.headers?.["set-cookie"];
    if (cookie !== undefined)
        client.addHttpHeader("Cookie", [cookie].flat().map((one) => one.split(";")[0]).join("; "));
});
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

async function ask(question) { // a real console does not show a password while it is typed
    process.stdout.write(question);
    return (await lines.next()).value ?? "";
}

async function call(operation, parameters) {
    const [answer] = await client[`${operation}Async`](parameters);
    return { ...answer, result: answer[`${operation}Result`] };
}

async function askThePhone(sLoginToken) {
    let push = await call("twoFactorSendPushAuth", { sLoginToken });
    while (push.result === "loginTwoFactorRet_TwoFactorError" && push.iExpiresIn > 0) {
        console.log(`The phone can be asked again in ${push.iExpiresIn} seconds.`);
        await pause(push.iExpiresIn * 1000);
        push = await call("twoFactorSendPushAuth", { sLoginToken });
    }
    if (push.result !== "loginTwoFactorRet_OK")
        return push.result;
    console.log(`Type ${push.sMatchNumber} on the phone.`);
    for (;;) {
        const check = await call("twoFactorCheckPushAuthStatus", { sLoginToken, sPushToken: push.sPushToken });
        if (check.result !== "loginTwoFactorRet_Poll")
            return check.result;
        await pause(push.iPollInterval * 1000);
    }
}

async function secondFactor(sLoginToken) {
    for (;;) {
        const sCode = await ask("Code, or Enter to ask the phone: ");
        if (sCode === "")
            return askThePhone(sLoginToken);
        const { result } = await call("twoFactorValidateCode", { sLoginToken, sCode });
        if (result !== "loginTwoFactorRet_InvalidCode")
            return result;
        console.log("That code is wrong, or was used already.");
    }
}

async function signIn() {
    let password = await ask("Password: ");
    let login = await call("loginTechnicianFromStandalone_v7_2",
        { sEmail: email, sPassword: password, sLanguage: "en" });
    for (;;) {
        let { result } = login;
        if (result === "login_v2_OkTwoFactorAuthenticationRequired")
            result = await secondFactor(login.sLoginToken);
        else if (result === "login_v2_OkTwoFactorSetupRequired")
            console.log(`Set up a second factor first: ${login.sTwoFactorSetupUrl}`);
        if (!result.endsWith("_UserPasswordExpired"))
            return result;
        const newPassword = await ask("The password has expired. New password: ");
        login = await call("loginTechnicianWithNewPassword_v7_2", { email, oldPassword: password, newPassword });
        password = newPassword;
    }
}

const result = await signIn();
if (result.endsWith("_OK")) { // map results by name, never by number
    console.log("Signed in.");
    await ask("Enter signs out. ");
    console.log("Session:", (await call("keepConsoleAlive", {})).result); // every few minutes while it is in use
    console.log("Signed out:", (await call("logoutTechnician", {})).result);
} else {
    console.error(`Not signed in: ${result}`);
    process.exitCode = 1;
}
process.stdin.destroy();
