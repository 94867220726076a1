// A whole console for .NET Framework: console.exe SERVER EMAIL
// wsdl /out:TechnicianConsole.cs SERVER/WebServices/TechnicianConsole.asmx?WSDL
// csc /out:console.exe console-framework.cs TechnicianConsole.cs   (Mono: mcs -r:System.Web.Services)
using System;
using System.Net;
using System.Threading;

// The proxy class that wsdl made: the server may hold a check until something happens.
public partial class TechnicianConsole {
    protected override WebRequest GetWebRequest(Uri address) {
        WebRequest request = base.GetWebRequest(address);
        request.Headers["Prefer"] = "wait=20";
        return request;
    }
}

static class Program {
    static TechnicianConsole service;
    // What answers have besides their results; a real console shows them.
    static byte attempts, strength;
    static int days;
    static bool running;
    static string url;

    static string Ask(string question) { // a real console does not show a password while it is typed
        Console.Write(question);
        return Console.ReadLine() ?? "";
    }

    static LoginTwoFactorRet AskThePhone(string token) {
        string pushToken, number;
        int expires, interval;
        LoginTwoFactorRet result = service.twoFactorSendPushAuth(token, out pushToken, out number, out expires, out interval);
        while (result == LoginTwoFactorRet.loginTwoFactorRet_TwoFactorError && expires > 0) {
            Console.WriteLine("The phone can be asked again in " + expires + " seconds.");
            Thread.Sleep(expires * 1000);
            result = service.twoFactorSendPushAuth(token, out pushToken, out number, out expires, out interval);
        }
        if (result != LoginTwoFactorRet.loginTwoFactorRet_OK)
            return result;
        Console.WriteLine("Type " + number + " on the phone.");
        while (true) {
            result = service.twoFactorCheckPushAuthStatus(token, pushToken, out attempts, out days, out running,
                out url, out strength);
            if (result != LoginTwoFactorRet.loginTwoFactorRet_Poll)
                return result;
            Thread.Sleep(interval * 1000);
        }
    }

    static LoginTwoFactorRet SecondFactor(string token) {
        while (true) {
            string code = Ask("Code, or Enter to ask the phone: ");
            if (code == "")
                return AskThePhone(token);
            LoginTwoFactorRet result = service.twoFactorValidateCode(token, code, out attempts, out days, out running,
                out url, out strength);
            if (result != LoginTwoFactorRet.loginTwoFactorRet_InvalidCode)
                return result;
            Console.WriteLine("That code is wrong, or was used already.");
        }
    }

    // The name of the last result, such as login_v2_OK: map results by name, never by number.
    static string SignIn(string email) {
        string token, setup;
        TwoFactorAuthenticationMethod[] methods;
        string password = Ask("Password: ");
        LoginV2 login = service.loginTechnicianFromStandalone_v7_2(email, password, "en", out token, out attempts,
            out days, out running, out url, out strength, out setup, out methods);
        while (true) {
            string result = login.ToString();
            if (login == LoginV2.login_v2_OkTwoFactorAuthenticationRequired)
                result = SecondFactor(token).ToString();
            else if (login == LoginV2.login_v2_OkTwoFactorSetupRequired)
                Console.WriteLine("Set up a second factor first: " + setup);
            if (!result.EndsWith("_UserPasswordExpired"))
                return result;
            string newPassword = Ask("The password has expired. New password: ");
            login = service.loginTechnicianWithNewPassword_v7_2(email, password, newPassword, out token, out attempts,
                out days, out running, out url, out strength, out setup, out methods);
            password = newPassword;
        }
    }

    static int Main(string[] args) {
        service = new TechnicianConsole {
            Url = args[0] + "/WebServices/TechnicianConsole.asmx",
            CookieContainer = new CookieContainer() // the session
        };
        string result = SignIn(args[1]);
        if (!result.EndsWith("_OK")) {
            Console.Error.WriteLine("Not signed in: " + result);
            return 1;
        }
        Console.WriteLine("Signed in.");
        Ask("Enter signs out. ");
        Console.WriteLine("Session: " + service.keepConsoleAlive()); // every few minutes while it is in use
        Console.WriteLine("Signed out: " + service.logoutTechnician());
        return 0;
    }
}
