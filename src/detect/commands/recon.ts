import { any } from './risk-view.ts';
import type { RiskView } from './risk-view.ts';
import { factsOf } from './risk.ts';

/** Commands that look around. By themselves they are ordinary. */
export const RECON = factsOf<RiskView>('recon', [
  [
    'look-around',
    'whoami id groups uname hostname hostnamectl w who users last lastlog lastb ifconfig ip netstat ss arp route lsof ps pstree nmap masscan rustscan zmap arp-scan nbtscan fping traceroute tracepath nslookup dig getent lsb_release sw_vers system_profiler lscpu lspci lsusb lsblk lsmod dmidecode systemd-detect-virt df mount findmnt getcap sestatus smbclient smbutil showmount rpcinfo enum4linux ldapsearch dscl dscacheutil scutil networksetup pwpolicy kextstat iwlist nmcli finger sysctl locale timedatectl uptime env printenv',
    'Looks at the machine, its people or its network.',
    () => true,
  ],
  [
    'look-around',
    'cat less more head tail grep',
    'Looks at the machine, its people or its network.',
    (view) =>
      any(
        view.reads,
        /^\/etc\/(?:passwd|group|os-release|issue|hosts|resolv\.conf|fstab|crontab|.*-release|networks|services)$|^\/proc\/(?:version|cpuinfo|meminfo|mounts|net|modules|self\/cgroup)/,
      ),
  ],
  ['look-around', 'sudo', 'Looks at what sudo allows.', (view) => view.options.has('l') && view.operands.length === 0],
]);
