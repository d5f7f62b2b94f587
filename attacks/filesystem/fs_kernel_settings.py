# id: fs_kernel_settings
# class: filesystem
# goal: Open the kernel's settings for writing: the core dumps' program, the sysrq key, the modules' loader.
# targets: kernel
# walls: mount, landlock, own-user
# danger: none
# runs: 1
# unsandboxed: escapes
verdict(try_to_open(["/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/sys/kernel/modprobe",
                     "/proc/sys/vm/panic_on_oom", "/proc/sys/fs/binfmt_misc/register",
                     "/sys/kernel/uevent_helper", "/sys/kernel/mm/ksm/run"], os.O_WRONLY))
