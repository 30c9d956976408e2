# Who may reach the credentials of the machine and of its containers, in rules of nftables of their own table.

place_network() {
  put_file "$here/files/network.nft" /etc/sallyport/network.nft 0644
}
