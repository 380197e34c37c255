using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Crux.Client;

/// <summary>The instruments of the server side. Names are public contract: see the README.</summary>
internal static class ServiceTelemetry
{
    public const string Name = "Crux.Service";

    public static readonly ActivitySource Source = new(Name);

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Beats = Meter.CreateCounter<long>("crux.service.beats", "{beat}", "Heartbeats sent.");
    private static readonly Counter<long> Withheld = Meter.CreateCounter<long>("crux.service.beats_withheld", "{beat}", "Heartbeats not sent because a health check gave no answer.");
    private static readonly Counter<long> Refused = Meter.CreateCounter<long>("crux.service.connections_refused", "{connection}", "Connections refused for want of a valid identity.");
    private static readonly UpDownCounter<long> Calls = Meter.CreateUpDownCounter<long>("crux.service.calls_in_flight", "{call}", "Calls being served.");

    public static void CountBeat() => Beats.Add(1);

    public static void CountWithheld() => Withheld.Add(1);

    public static void CountRefused() => Refused.Add(1);

    public static void CountCall(int change) => Calls.Add(change);
}
