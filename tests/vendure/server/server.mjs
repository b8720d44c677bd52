// A Vendure server for tests: loopback only, SQLite in memory, selling the goods that stand as JSON in the first line
// of stdin. Tells its address in one line on stdout once it is ready, and ends when stdin does.
import { once } from 'node:events';
import { createInterface } from 'node:readline';

process.env.VENDURE_DISABLE_TELEMETRY = 'true';
const vendure = await import('@vendure/core');
const { lastValueFrom } = await import('rxjs');

const LANGUAGE = vendure.LanguageCode.en;
const HEADER = 'name,slug,description,assets,facets,optionGroups,optionValues,sku,price,taxCategory,stockOnHand,trackInventory,variantAssets,variantFacets';

const testPayment = new vendure.PaymentMethodHandler({
  code: 'test-payment',
  description: [{ languageCode: LANGUAGE, value: 'Settles at once, or does what the metadata say' }],
  args: {},
  createPayment: (ctx, order, amount, args, metadata) => ({ amount, state: metadata.state ?? 'Settled', metadata }),
  settlePayment: () => ({ success: true }),
});

const shop = {
  defaultLanguage: LANGUAGE,
  defaultZone: 'Europe',
  countries: [
    { name: 'Nederland', code: 'NL', zone: 'Europe' },
    { name: 'België', code: 'BE', zone: 'Europe' },
  ],
  taxRates: [
    { name: 'standard', percentage: 21 },
    { name: 'reduced', percentage: 9 },
  ],
  shippingMethods: [{ name: 'Standard Shipping', price: 495, taxRate: 21 }],
  paymentMethods: [{ name: 'Test Payment', handler: { code: testPayment.code, arguments: [] } }],
  collections: [],
};

function row({ sku, title, price, tax }) {
  return [title, sku.toLowerCase(), '', '', '', '', '', sku, price, tax, 0, true, '', ''].join(',');
}

const lines = createInterface({ input: process.stdin });
const [goods] = await once(lines, 'line');
const app = await vendure.bootstrap({
  apiOptions: { hostname: '127.0.0.1', port: 0, adminListQueryLimit: Number(process.env.VENDURE_LIST_LIMIT ?? 1000) },
  authOptions: {
    tokenMethod: (process.env.VENDURE_TOKENS ?? 'bearer,cookie').split(','),
    superadminCredentials: { identifier: 'superadmin', password: 'superadmin' },
  },
  dbConnectionOptions: { type: 'sqljs', synchronize: true },
  paymentOptions: { paymentMethodHandlers: [testPayment] },
  logger: new vendure.DefaultLogger({ level: vendure.LogLevel.Error }),
});
await app.get(vendure.Populator).populateInitialData(shop);
const channels = app.get(vendure.ChannelService);
await channels.update(vendure.RequestContext.empty(), {
  id: (await channels.getDefaultChannel()).id,
  pricesIncludeTax: true,
  defaultCurrencyCode: 'EUR',
  availableCurrencyCodes: ['EUR'],
});
const context = await app.get(vendure.RequestContextService).create({ apiType: 'admin', languageCode: LANGUAGE });
const csv = [HEADER, ...JSON.parse(goods).map(row)].join('\n');
const imported = await lastValueFrom(app.get(vendure.Importer).parseAndImport(csv, context, false));
if (imported.errors.length) throw new Error(imported.errors.join('\n'));
console.log(await app.getUrl());
lines.on('close', () => process.exit(0));
