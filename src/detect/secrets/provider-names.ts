/**
 * Services whose keys have no shape that is documented to last. Only names that are no words of English or of code stand
 * here: a random value that is given to one of them is a key.
 */
export const PROVIDER_NAMES: readonly string[] = (
  'abuseipdb abyssale accuweather adafruitio airbrake airvisual alchemyapi alconost aletheia amadeus ambee ' +
  'anypoint apacta api2cart apideck apiflash apifonica apilayer apimatic apitemplate appcues appfollow appoptics apptivo ' +
  'atera audd autodesk autoklose avaza aviationstack axonaut aylien ayrshare bannerbear baremetrics beebole besnappy ' +
  'betterstack billomat bitbar bitfinex bitmex blazemeter blitapp bombbomb borgbase braintree brandfetch browshot bscscan ' +
  'buddyns budibase bugherd bugsnag bulksms buttercms caflou calendarific calendly campayn cannyio capsulecrm captaindata ' +
  'caspio censys cexio chartmogul checkly checkvist clarifai clearbit clickhelp cliengo clinchpad clockify clockworksms ' +
  'closecrm cloudconvert cloudelements cloudimage cloudmersive cloudsmith cloverly clustdoc codacy codemagic codequiry ' +
  'coinapi coinlayer coinlib coinmarketcap commercejs convertapi convertkit countrylayer craftmypdf crowdin cryptocompare ' +
  'currencycloud currencyfreaks currencylayer currencyscoop currentsapi customerio d7network dareboost databox ' +
  'deepai delighted detectify detectlanguage diffbot diggernaut dnsimple docparser docusign dotdigital dovico dronahq ' +
  'dwolla dyspatch edamam edenai elasticemail enablex etherscan ethplorer eventbrite everhour exchangerateapi exportsdk ' +
  'extractorapi faceplusplus fastforex feedier fetchrss fibery finage fixerio flatio fleetbase flightapi flightlabs ' +
  'flowflu formbucket formcraft foursquare freshdesk freshservice fullstory fusebill geckoboard gengo geoapify geocodify ' +
  'geocodio geoipify getgist getresponse glassnode gocanvas graphcms graphhopper groovehq gtmetrix gyazo happyscribe ' +
  'hellosign helpcrunch helpscout hereapi hiveage holidayapi hypertrack iconfinder iexcloud imagekit imagga infura ' +
  'insightly instabot instamojo interseller intrinio invoiceocean ip2location ipgeolocation ipinfo ipstack jotform ' +
  'kanbantool karmacrm keenio kickbox klipfolio knapsackpro kylas languagelayer lastfm leadfeeder lemlist lendflow ' +
  'lexigram linkpreview livestorm locationiq loggly loginradius logzio lokalise loyverse magicbell mailboxlayer mailerlite ' +
  'mailjet mailmodo mailsac mailtrap mandrill mapquest marketstack mavenlink meaningcloud mediastack meistertask mesibo ' +
  'metaapi metrilo mindmeister mixpanel mockaroo monkeylearn moonclerk moosend moralis nethunt neutrinoapi newsapi ' +
  'newscatcher nexmo nftport nightfall nozbe numverify nutritionix nylas oanda omnisend onelogin onepagecrm onesignal ' +
  'opencage opengraphr openuv openweather opsgenie optimizely packagecloud pagarme pagerduty pandadoc pandascore paperform ' +
  'parsehub parseur partnerstack paydirtapp paymoapp paymongo pdflayer pdfshift peopledatalabs pepipost pinata pipedream ' +
  'pipedrive pivotaltracker pixabay planyo plivo poloniex positionstack postageapp postmark powrbot prodpad protocolsio ' +
  'proxycrawl pubnub purestake pushbullet pusherapp qualaroo qubole rawg rebrandly rechargepayments rentman repairshopr ' +
  'restpack ringcentral ritekit rocketreach roninapp route4me runrunit salesblink salesflare salesmate satismeter scalr ' +
  'scrapeowl scraperapi scraperbox scrapestack scrapfly scrapingant scrapingbee screenshotapi screenshotlayer scrutinizerci ' +
  'securitytrails selectpdf semaphoreci sendpulse serpapi serphouse serpstack sherpadesk shipday shodan shotstack shutterstock ' +
  'signalwire signaturit sigopt simfin simplesat simvoly sinch sirv siteleaf skybiometry smartsheet smartystreets snipcart ' +
  'solarwinds sparkpost speechtextai splunk spoonacular sportradar sportsmonk sslmate statuscake statuspage statuspal ' +
  'stitchdata stockdata storecove stormboard stormglass storyblok storychief strava stytch sugester supernotes surveybot ' +
  'surveysparrow survicate swiftype tallyfy tatumio taxjar teamgate teamworkcrm telnyx testingbot textmagic theoddsapi ' +
  'thinkific thousandeyes ticketmaster tickettailor tiingo timecamp timezoneapi tmetric todoist toggl tokeet tomorrowio ' +
  'tomtom tradier transferwise travelpayouts twelvedata tyntec typetalk ubidots uclassify unplugg unsplash upcdatabase ' +
  'uplead uploadcare uptimerobot upwave urlscan userflow userstack vagrantcloud vatlayer vbout verimail veriphone ' +
  'virustotal visualcrossing voicegain vonage voodoosms vouchery vpnapi vultr vyte walkscore weatherbit weatherstack ' +
  'web3storage webflow webscraper wepay whoxy wistia workiz worksnaps worldcoinindex wrike yelp yodlee youneedabudget ' +
  'yousign zeplin zenkit zenrows zenscrape zenserp zerobounce zerotier zipbooks zipcodeapi zonkafeedback zulip ' +
  'rollbar logentries papertrail scout_apm appdynamics instana algorand quicknode blockcypher bitrise ' +
  'appcenter appveyor tugboat rackspace linode hetzner ovhcloud kinsta ngrok cloudways zoominfo marketo mparticle ' +
  'branchio adjust_token appsflyer onfido trulioo yotpo bigcommerce woocommerce prestashop magento gorgias chargebee ' +
  'recurly mollie adyen worldpay authorize_net gocardless upstash weaviate qdrant unstructured ' +
  'replicate anthropic openai deepseek moonshot cohere_api stability_ai voyageai assembly_ai'
).split(' ');
