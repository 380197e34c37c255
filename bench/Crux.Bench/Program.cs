using System.Globalization;
using System.Runtime.InteropServices;
using Crux.Bench;
using Crux.Bench.Etcd;
using Crux.System.Tests.Lab;

if (args is [RegistryWatchers.Verb, var count])
    return await RegistryWatchers.RunAsync(int.Parse(count, CultureInfo.InvariantCulture));
if (args is [PeerRegistry.Verb, .. var words])
    return await PeerRegistry.RunAsync(words);
Bench[] benches =
[
    ColdStart.Bench,
    LeaderLoss.Bench,
    LeaderStorm.Bench,
    Switches.Bench,
    Restart.Bench,
    Lookup.Bench,
    RuleCost.Bench,
    RegistryScale.Bench,
    Revocation.Bench,
    RevokedStreams.Bench,
    KeyRotations.Bench,
    TlsPrice.Bench,
    Hostile.Bench,
    Flood.Bench,
    Channel.Bench,
    Anchors.Bench,
    Serf.Bench,
    EtcdContest.Bench,
];
var chosen = args.Length == 0 ? benches : [.. benches.Where(bench => args.Contains(bench.Name))];
if (chosen.Length == 0 || args.Any(name => benches.All(bench => bench.Name != name)))
{
    Console.Error.WriteLine($"Usage: bench/run [NAME...]\nBenches: {string.Join(", ", benches.Select(bench => bench.Name))}");
    return 2;
}
using var stopping = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
{
    context.Cancel = true;
    stopping.Cancel();
});
var machine = Machine.Describe(Programs.Fulcrum.Contains("/whole/", StringComparison.Ordinal) ? "fulcrum with its runtime, compiled as one" : "fulcrum on the machine's runtime");
Console.WriteLine($"Ran on: {machine}");
var held = true;
foreach (var bench in chosen)
{
    Console.WriteLine($"\n{bench.Name}: {bench.Story}");
    var rows = await bench.RunAsync(stopping.Token);
    foreach (var row in rows)
        Console.WriteLine($"  {(row.Held ? ' ' : '!')} {row.What}: {row.Result}{(row.Goal.Length > 0 ? $" (promised {row.Goal})" : "")}");
    Results.Write(bench.Name, bench.Story, machine, rows);
    held &= rows.All(row => row.Held);
}
Console.WriteLine(held ? "\nEvery promise held." : "\nNot every promise held.");
return held ? 0 : 1;
