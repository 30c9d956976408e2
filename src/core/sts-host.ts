/** The host of AWS's Security Token Service in a region: those of China have a domain of their own (AWS, "Regions and endpoints"). */
export function stsHost(region: string): string {
  return `sts.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}`;
}
