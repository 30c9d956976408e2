module "services" {
  source = "./services"

  region     = var.region
  account_id = var.account_id
  partition  = var.partition
}
