// A console made of Mono's web service proxies: see tests/interop/README.md.
using System.Threading;
using System.Web.Services.Protocols;
using System.Xml.Serialization;

namespace Stub {
    [XmlRoot(Namespace = "urn:probe")]
    public class Probe : SoapHeader {
    }

    // The proxy that was made of the description, and a login whose header must be understood.
    public partial class TechnicianConsole {
        public Probe probe = new Probe { MustUnderstand = true };

        [SoapHeader("probe")]
        [SoapDocumentMethod("http://microsoft.com/webservices/loginTechnicianFromStandalone_v7_2")]
        public void LoginWithProbe() {
            Invoke("LoginWithProbe", new object[0]);
        }
    }

    static class Program {
        static void SignIn(TechnicianConsole service, string email, string password) {
            string token, url, setup, push, number;
            byte attempts, strength;
            int days, expires, interval;
            bool running;
            TwoFactorAuthenticationMethod[] methods;
            var login = service.loginTechnicianFromStandalone_v7_2(email, password, "en", out token, out attempts,
                out days, out running, out url, out strength, out setup, out methods);
            System.Console.WriteLine("login " + login);
            if (login != LoginV2.login_v2_OkTwoFactorAuthenticationRequired) {
                System.Console.WriteLine("end " + login);
                return;
            }
            service.twoFactorSendPushAuth(token, out push, out number, out expires, out interval);
            System.Console.WriteLine("number " + number);
            LoginTwoFactorRet check;
            do {
                Thread.Sleep(200);
                check = service.twoFactorCheckPushAuthStatus(token, push, out attempts, out days, out running, out url,
                    out strength);
                System.Console.WriteLine("check " + check);
            } while (check == LoginTwoFactorRet.loginTwoFactorRet_Poll);
            System.Console.WriteLine("end " + check);
        }

        static void Main(string[] args) {
            var service = new TechnicianConsole { Url = args[1] };
            try {
                if (args[3] == "fault")
                    service.LoginWithProbe();
                else
                    SignIn(service, args[4], args[5]);
            } catch (SoapException e) {
                System.Console.WriteLine("fault " + e.Message);
            }
        }
    }
}
