# SPDX-License-Identifier: Apache-2.0
"""The servers that ours is measured beside, each from a package, each answering the same operation.

nginx gives the bytes of our answer without looking at the question: the ceiling. The others parse and encode with their own
toolkit and look nothing up. Each is started with one process if it has such an option, and is the simplest program that its
documentation shows.
"""

import os
import shutil
import signal
import subprocess

from processes import SERVER_CPU, family, pinned, wait_port

from countersign import free_port

HERE = os.path.dirname(os.path.abspath(__file__))
NGINX_TEMP = "client_body_temp_path {0}/b; proxy_temp_path {0}/p; fastcgi_temp_path {0}/f; uwsgi_temp_path {0}/u; scgi_temp_path {0}/s;"
WSDL = os.path.join(HERE, "../tests/contract/TechnicianConsole.wsdl")
ASMX = "/WebServices/TechnicianConsole.asmx"


class Peer:
    """One server in a folder of its own; `path` is where the operation is, `expected` what each of its answers holds."""

    path = "/"
    expected = "Result>loginTwoFactorRet_Poll<"

    def __init__(self, folder):
        self.folder = os.path.join(folder, type(self).__name__)
        os.mkdir(self.folder)
        self.port = free_port()
        self.processes = []

    def run(self, *command, port=None, **kwargs):
        process = subprocess.Popen(pinned(SERVER_CPU, command), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, **kwargs)
        self.processes.append(process)
        wait_port(port or self.port, process)

    def run_nginx(self, server, processes=1):
        conf = os.path.join(self.folder, "nginx.conf")
        with open(conf, "w", encoding="utf-8") as out:
            out.write(f"daemon off; worker_processes {processes}; pid {self.folder}/nginx.pid; error_log /dev/null;\n"
                      f"events {{ worker_connections 19000; }}\nhttp {{ access_log off; keepalive_requests 100000000; keepalive_timeout 600s;\n"
                      f"client_body_buffer_size 16k; {NGINX_TEMP.format(self.folder)}\nserver {{ {server} }} }}\n")
        self.run("nginx", "-c", conf)

    def pids(self):
        return [pid for process in self.processes for pid in family(process.pid)]

    def stop(self):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait(20)


class Nginx(Peer):
    """A static reply: the bytes of our answer."""

    name = "nginx, static reply"

    def __init__(self, folder, body, tls=None, processes=1):
        super().__init__(folder)
        listen = f"listen 127.0.0.1:{self.port} backlog=4096" + (" reuseport" if processes > 1 else "") + (" ssl" if tls else "") + ";"
        if tls:
            listen += f" ssl_certificate {tls[0]}; ssl_certificate_key {tls[1]}; ssl_protocols TLSv1.3;"
        self.run_nginx(f"""{listen} location / {{ default_type "text/xml; charset=utf-8";
add_header Cache-Control "private, max-age=0"; return 200 '{body.decode()}'; }}""", processes)


class Gsoap(Peer):
    """gSOAP's stand-alone server, a thread for each connection, from the published WSDL."""

    name = "gSOAP"

    def __init__(self, folder):
        super().__init__(folder)
        shutil.copy(WSDL, os.path.join(self.folder, "service.wsdl"))
        subprocess.run(["sh", os.path.join(HERE, "peers/gsoap_build"), os.path.join(HERE, "peers/gsoap.c")], cwd=self.folder,
                       check=True, capture_output=True)
        self.run(os.path.join(self.folder, "server"), str(self.port))


class Npm(Peer):
    """The soap package of npm that the interop tests use too, from the published WSDL."""

    name = "npm soap (Node)"
    path = ASMX

    def __init__(self, folder, modules):
        super().__init__(folder)
        shutil.copy(WSDL, os.path.join(self.folder, "service.wsdl"))
        if not os.path.isdir(os.path.join(modules, "node_modules/soap")):
            os.makedirs(modules, exist_ok=True)
            for name in ("package.json", "package-lock.json", ".npmrc"):
                shutil.copy(os.path.join(HERE, "../tests/interop/npm", name), modules)
            subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=modules, check=True, capture_output=True)
        self.run("node", os.path.join(HERE, "peers/soap.js"), os.path.join(self.folder, "service.wsdl"), str(self.port), self.path,
                 env={**os.environ, "NODE_PATH": os.path.join(modules, "node_modules")})


class Php(Peer):
    """PHP's SoapServer, behind nginx, from the published WSDL."""

    name = "PHP SoapServer"

    def __init__(self, folder):
        super().__init__(folder)
        # fpm started by root runs its pool as another account, which has to reach the files.
        os.chmod(folder, 0o755)
        shutil.copy(WSDL, os.path.join(self.folder, "service.wsdl"))
        shutil.copy(os.path.join(HERE, "peers/soap.php"), self.folder)
        fcgi, conf = free_port(), os.path.join(self.folder, "fpm.conf")
        with open(conf, "w", encoding="utf-8") as out:
            out.write(f"[global]\nerror_log = {self.folder}/fpm.log\n[bench]\nlisten = 127.0.0.1:{fcgi}\nuser = www-data\n"
                      "pm = static\npm.max_children = 4\nphp_admin_value[soap.wsdl_cache_dir] = /tmp\n"
                      "php_admin_value[opcache.enable] = 1\n")
        program = sorted(name for name in os.listdir("/usr/sbin") if name.startswith("php-fpm"))[-1]
        self.run(f"/usr/sbin/{program}", "-F", "-y", conf, port=fcgi)
        self.run_nginx(f"""listen 127.0.0.1:{self.port}; location / {{ fastcgi_pass 127.0.0.1:{fcgi};
fastcgi_param SCRIPT_FILENAME {self.folder}/soap.php; fastcgi_param REQUEST_METHOD $request_method;
fastcgi_param CONTENT_TYPE $content_type; fastcgi_param CONTENT_LENGTH $content_length;
fastcgi_param HTTP_SOAPACTION $http_soapaction; }}""")


class Mono(Peer):
    """Mono's ASMX: Microsoft's own source of System.Web.Services, with the service of the differential tests."""

    name = "Mono ASMX"
    path = ASMX
    expected = "Result>loginTwoFactorRet_OK<"  # for the tokens to which the others answer Poll

    def __init__(self, folder):
        super().__init__(folder)
        ports = [free_port() for _ in range(3)]
        start = os.path.join(HERE, "../tests/differential/reference/start.sh")
        subprocess.run(pinned(SERVER_CPU, ["sh", start, self.folder, *map(str, ports)]), check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.port = ports[1]
        self.roots = []
        for name in ("fcgi.pid", "nginx.pid"):
            with open(os.path.join(self.folder, name), encoding="utf-8") as text:
                self.roots.append(int(text.read()))

    def pids(self):
        return [pid for root in self.roots for pid in family(root)]

    def stop(self):
        for pid in self.roots:
            os.kill(pid, signal.SIGTERM)
