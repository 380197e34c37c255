using Crux.Client;
using GalumphServer;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton<Names>();
builder.Services.AddHealthChecks().AddCheck<Names>("names");
builder.AddCruxService<GalumphService>("galumph2_4");
await builder.Build().RunAsync();
