using Microsoft.Extensions.DependencyInjection;
using PlainHttp;

// PlainHttp http://galumph2/some/path: what a service of the flock answers to a GET.
if (args is not [var text] || !Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttp)
{
    Console.Error.WriteLine("Usage: PlainHttp http://API/PATH    (CRUX__SOCKET names the local reeve)");
    return 2;
}
await using var provider = new ServiceCollection()
    .AddReeve(Environment.GetEnvironmentVariable("CRUX__SOCKET") ?? "/run/crux/reeve.sock", "plain-http")
    .AddHttpClient("flock").AddReeve().Services
    .BuildServiceProvider();
using var client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("flock");
try
{
    Console.WriteLine(await client.GetStringAsync(url));
    return 0;
}
catch (HttpRequestException problem)
{
    Console.Error.WriteLine($"{url} can't be had: {(problem.InnerException ?? problem).Message}");
    return 1;
}
catch (InvalidOperationException)
{
    // What service discovery throws where a name has no endpoint.
    Console.Error.WriteLine($"Nothing is offered for '{url.Host}', or no reeve answers: see 'crux lookup {url.Host} --why'.");
    return 1;
}
