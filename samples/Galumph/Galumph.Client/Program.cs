using System.Globalization;
using Crux.Client;
using Crux.Protos.Samples;
using Grpc.Core;

// Galumph.Client [calls] [milliseconds between them]; without a number of calls it goes on until Ctrl-C.
var calls = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : int.MaxValue;
var pause = TimeSpan.FromMilliseconds(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1000);

await using var channel = CruxChannel.For("galumph2");
var galumph = new Galumph.GalumphClient(channel);
using var timer = new PeriodicTimer(pause);
var failed = 0;
for (var i = 1; i <= calls; i++)
{
    try
    {
        var reply = await galumph.RegisterAsync(new GalumphInstance { Name = $"jabberwock {i}" });
        Console.WriteLine($"{i}: {reply.Count} registered, says {reply.ServedBy}");
    }
    catch (RpcException exception)
    {
        failed++;
        Console.Error.WriteLine($"{i}: {exception.Status.Detail}");
    }
    if (i < calls)
        await timer.WaitForNextTickAsync();
}
return failed == 0 ? 0 : 1;
