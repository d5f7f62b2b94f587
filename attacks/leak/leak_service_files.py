# id: leak_service_files
# class: leak
# goal: The service's own settings, policies, sources and program.
# targets: host-service
# walls: mount, landlock
# danger: none
# runs: 1
# unsandboxed: cannot: depends on where it is installed
import glob
found = [path for pattern in ("/etc/pyrunner*", "/opt/pyrunner*", "/app", "/srv/*", "/config", "/usr/local/etc/pyrunner*", "/proc/self/exe", "/proc/1/cmdline")
         for path in glob.glob(pattern) if try_to_open([path], os.O_RDONLY)]
found += [module.__file__ for module in list(sys.modules.values())
          if getattr(module, "__file__", None) and not module.__file__.startswith(("/usr/lib/", "/tmp/main.py", os.getcwd()))
          and os.path.exists(module.__file__)]
verdict(" ".join([path for path in found if content(path)][:5]), exposure="names only: " * bool(found) + " ".join(found[:5]))
