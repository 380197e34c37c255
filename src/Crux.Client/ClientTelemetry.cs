using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Crux.Client;

/// <summary>The instruments of the client side. Names are public contract: see the README.</summary>
internal static class ClientTelemetry
{
    public const string Name = "Crux.Client";

    public static readonly ActivitySource Source = new(Name);

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Calls = Meter.CreateCounter<long>("crux.client.calls", "{call}", "Unary calls, by outcome.");
    private static readonly Counter<long> Attempts = Meter.CreateCounter<long>("crux.client.attempts", "{attempt}", "Times that a call was placed with an instance.");
    private static readonly Counter<long> Switches = Meter.CreateCounter<long>("crux.client.switches", "{switch}", "Times that the instances in use changed.");
    private static readonly UpDownCounter<long> Connections = Meter.CreateUpDownCounter<long>("crux.client.connections", "{connection}", "Instances connected and ready.");
    private static readonly Histogram<double> Waits = Meter.CreateHistogram<double>("crux.client.wait", "s", "Time that a call waited for an instance.");

    public static void CountCall(string selector, string outcome) => Calls.Add(1, new("crux.selector", selector), new("crux.outcome", outcome));

    public static void CountAttempt(string selector, string outcome) => Attempts.Add(1, new("crux.selector", selector), new("crux.outcome", outcome));

    public static void CountSwitch(string selector) => Switches.Add(1, new KeyValuePair<string, object?>("crux.selector", selector));

    public static void CountConnection(int change) => Connections.Add(change);

    public static void RecordWait(string selector, TimeSpan wait) => Waits.Record(wait.TotalSeconds, new KeyValuePair<string, object?>("crux.selector", selector));
}
