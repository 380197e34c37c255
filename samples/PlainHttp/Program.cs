using Microsoft.Extensions.DependencyInjection;
using PlainHttp;

// PlainHttp http://galumph2/some/path: what a service of the flock answers to a GET.
if (args is not [var url])
{
    Console.Error.WriteLine("Usage: PlainHttp http://API/PATH    (CRUX__SOCKET names the local reeve)");
    return 2;
}
await using var provider = new ServiceCollection()
    .AddReeve(Environment.GetEnvironmentVariable("CRUX__SOCKET") ?? "/run/crux/reeve.sock", "plain-http")
    .AddHttpClient("flock").AddReeve().Services
    .BuildServiceProvider();
using var client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("flock");
Console.WriteLine(await client.GetStringAsync(new Uri(url)));
return 0;
