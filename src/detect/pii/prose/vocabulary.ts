/** Words beside names, and words that look like names. All are ASCII lower case. */

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '));

/** Stand before a person's name and are no part of it. */
export const TITLES: ReadonlySet<string> = set(
  'mr mrs ms miss mx dr prof professor doctor sir madam madame mme mlle monsieur herr frau senor senora senorita sr sra signor signora dona don rev reverend fr father sister brother judge justice capt captain col colonel gen general lt lieutenant sgt sergeant maj major sen senator rep gov governor mayor president chancellor minister officer detective nurse uncle aunt aunty grandma grandpa pan pani hr fru dhr mevr mw lord lady dame king queen prince princess saint pope bishop imam rabbi sheikh',
);

/** Join the parts of a name. */
export const PARTICLES: ReadonlySet<string> = set(
  "de da di del della delle dei degli du des dos das do der den dem van von vom zu zur zum ten ter te het la le las los el al bin bint ibn ben abu af av y e i san santa st saint d' l' 't op aan na",
);

/** A word of a company, an institution or a product makes what it stands with no person. */
export const ORGANISATIONS: ReadonlySet<string> = set(
  'inc incorporated ltd limited llc llp plc corp corporation co company gmbh ag kg sa sas sarl srl spa bv nv oy ab as asa aps group holding holdings partners associates sons brothers bros bank trust fund capital ventures insurance university college school institute academy hospital clinic church ministry department agency council committee commission association foundation society club union league orchestra band museum library hotel restaurant cafe airport station times post news magazine journal weekly press records pictures studios entertainment systems technologies technology solutions services software labs laboratories networks consulting international global industries motors airlines pharmaceuticals energy court government parliament army navy force party act treaty award awards prize cup open festival conference summit project framework protocol license licence api sdk cli server client cloud studio editor browser engine model code agent gateway hub',
);

/** Capitalised always, and no one's name: days, months, peoples and tongues, holidays, names of the trade. */
export const NEVER_NAMES: ReadonlySet<string> = set(
  'monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun ' +
    'american americans british english irish scottish welsh french german germans italian spanish portuguese dutch belgian swiss austrian swedish norwegian danish finnish icelandic polish czech slovak hungarian romanian bulgarian greek turkish russian ukrainian serbian croatian slovenian estonian latvian lithuanian chinese japanese korean vietnamese thai indian pakistani arab arabic hebrew jewish muslim christian catholic protestant islamic buddhist hindu african asian european australian canadian mexican brazilian argentine chilean peruvian cuban egyptian israeli iranian iraqi saudi latin roman persian swahili hindi urdu bengali tamil telugu mandarin cantonese ' +
    'christmas easter thanksgiving ramadan hanukkah halloween god lord jesus christ bible quran devil ok ' +
    'claude anthropic opus sonnet haiku openai gemini google microsoft apple amazon meta facebook twitter github gitlab bitbucket docker kubernetes linux unix windows macos ubuntu debian fedora alpine android ios python java javascript typescript ruby rust golang perl php swift kotlin scala haskell julia ada pascal erlang elixir clojure dart lua node deno bun react angular vue svelte astro next nuxt remix nest express fastify hono koa django flask rails spring laravel jenkins travis circle maven gradle bazel webpack rollup vite jest mocha jasmine karma vitest cypress selenium playwright puppeteer redis postgres mysql mongo mongodb sqlite oracle cassandra kafka nginx apache tomcat istio consul vault nomad terraform ansible puppet chef vagrant helm argo prometheus grafana jaeger loki kibana splunk datadog sentry slack discord zoom jira confluence notion figma vercel netlify heroku cloudflare azure aws lambda bedrock vertex mistral llama cohere groq ollama langchain markdown json yaml xml html css sql bash vim emacs vscode jetbrains eclipse presto spark hadoop airflow luigi flink beam jupyter pandas numpy scipy torch cedar cupcake garak presidio secretlint kysely execa hugo jekyll gatsby pelican sphinx doxygen hotspot mercurial cargo npm yarn pnpm brew homebrew todo fixme note warning error true false null none undefined boolean string array map promise date regex http https url uri api id ip tls ssl ssh dns tcp udp utf ascii unicode gauss bernoulli euler fourier gaussian poisson markov bayes turing dijkstra levenshtein luhn verhoeff huffman merkle bloom rego opa okta wayland plasma cisco fern atlas falcon babel spacy podman fastly aho corasick boyer moore knuth morris pratt diffie hellman rivest shamir adleman fibonacci newton',
);

/** Begin a street's name, before its own. */
export const STREET_PREFIXES: ReadonlySet<string> = set(
  'rue via viale vicolo piazza piazzale corso largo strada calle avenida av avda paseo plaza camino carrer carretera ronda travesia rua travessa alameda praca largo estrada avenue boulevard bd chemin allee quai impasse route rte place cours ul ulica ulice aleja al plac os trg cesta calea bulevardul c/ c/. jalan jl lorong bulvar cd sk',
);

/** End a street's name, as words of their own. */
export const STREET_TYPES: ReadonlySet<string> = set(
  'street st str road rd avenue ave av boulevard blvd lane ln drive dr drv court ct way place pl square sq terrace ter parkway pkwy highway hwy circle cir trail trl crescent cres close grove gardens row alley mews plaza loop pike turnpike expressway freeway bypass crossing xing crossroad crossroads ridge hollow run esplanade promenade quay wharf walk path turn point pass sokak sk caddesi cd mahallesi ulitsa prospekt strasse gasse weg platz allee straat laan',
);

/** Of these, the ones that are everyday words: they end a street's name only behind a word that is none. */
export const EVERYDAY_TYPES: ReadonlySet<string> = set(
  'drive court way place square circle close row loop pike bypass crossing ridge hollow run walk path turn point pass plaza grove gardens trail weg',
);

/** The same where they are written in lower case. */
export const LOWER_STREET_TYPES: ReadonlySet<string> = set(
  'u ut utja utca ter korut korutja rkp fasor koz sor gate gata vei veien vej gade gatan sokak caddesi',
);

/** End a street's name, grown onto it. */
export const STREET_ENDINGS =
  /[a-z\u00e0-\u024f]{2}(?:stra(?:ss|\u00df)e|str|gasse|gassli|weg|platz|allee|ufer|damm|steig|stieg|strasse|straat|laan|gracht|plein|kade|dijk|singel|hof|vej|gade|all\u00e9|stien|gatan|gata|v\u00e4gen|vagen|gr\u00e4nd|veien|vegen|veg|katu|tie|kuja|polku|tori|stigur|braut|str\u00e6ti|straeti|utca|\u00fat|ulica|ulice|ova|sk\u00e1|n\u00e1m\u011bst\u00ed)\.?$/;

/** Name a part of a building; a number follows. */
export const UNITS: ReadonlySet<string> = set(
  'apt apartment suite ste unit floor flat room rm box bldg building house level lot po p.o. pobox postbox psc apo fpo dpo piso planta etage stock top bajo',
);

/** Countries that are no one's name, folded: places wherever they stand. */
export const COUNTRIES: ReadonlySet<string> = new Set(
  'afghanistan,albania,algeria,andorra,angola,argentina,armenia,australia,austria,azerbaijan,bahamas,bahrain,bangladesh,barbados,belarus,belgium,belize,benin,bhutan,bolivia,bosnia,botswana,brazil,brunei,bulgaria,burundi,cambodia,cameroon,canada,chile,china,colombia,congo,costa rica,croatia,cuba,cyprus,czechia,czech republic,denmark,djibouti,dominican republic,ecuador,egypt,el salvador,england,eritrea,estonia,ethiopia,fiji,finland,france,gabon,gambia,germany,ghana,great britain,greece,greenland,grenada,guatemala,guyana,haiti,honduras,hong kong,hungary,iceland,india,indonesia,iran,iraq,ireland,israel,italy,ivory coast,jamaica,japan,kazakhstan,kenya,kosovo,kuwait,kyrgyzstan,laos,latvia,lebanon,lesotho,liberia,libya,liechtenstein,lithuania,luxembourg,macedonia,madagascar,malawi,malaysia,maldives,malta,mauritania,mauritius,mexico,moldova,monaco,mongolia,montenegro,morocco,mozambique,myanmar,namibia,nepal,netherlands,new zealand,nicaragua,nigeria,north korea,northern ireland,norway,oman,pakistan,palestine,panama,papua new guinea,paraguay,peru,philippines,poland,portugal,puerto rico,qatar,romania,russia,rwanda,saudi arabia,scotland,senegal,serbia,sierra leone,singapore,slovakia,slovenia,somalia,south africa,south korea,spain,sri lanka,sudan,suriname,sweden,switzerland,syria,taiwan,tajikistan,tanzania,thailand,tunisia,turkmenistan,uganda,ukraine,united arab emirates,united kingdom,united states,uruguay,uzbekistan,venezuela,vietnam,wales,yemen,zambia,zimbabwe,california,texas,florida,alaska,hawaii,arizona,colorado,oregon,ohio,michigan,illinois,massachusetts,pennsylvania,new york,new jersey,minnesota,wisconsin,louisiana,alabama,arkansas,connecticut,idaho,indiana,iowa,kansas,kentucky,maine,maryland,mississippi,missouri,nebraska,nevada,new hampshire,new mexico,north carolina,north dakota,oklahoma,rhode island,south carolina,south dakota,tennessee,utah,vermont,wyoming,ontario,quebec,alberta,manitoba,saskatchewan,nova scotia,british columbia,bavaria,tuscany,catalonia,andalusia,normandy,queensland,tasmania,europe,africa,asia,antarctica'.split(
    ',',
  ),
);

/** The states of the United States and of Australia, and Canada's provinces, as post writes them. */
export const STATES: ReadonlySet<string> = set(
  'AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC PR GU AA AE AP NSW VIC QLD TAS ACT ON QC BC AB MB SK NS NB NL PE',
);
