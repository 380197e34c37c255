using Crux.Machines.Flock;
using Crux.Simulator.Scenarios.Reading;

namespace Crux.Simulator.Scenarios;

/// <summary>Reads scenario files: JSON with comments. Unknown keys and values out of range are errors with their line.</summary>
public static class ScenarioReader
{
    /// <summary>More machines than this don't fit the flock's view.</summary>
    public const int MaxNodes = 16_384;

    /// <summary>Steps of a timeline.</summary>
    public const int MaxSteps = 10_000;

    private const int MaxContacts = 64, MaxName = 64, MaxAbout = 400, MaxRacks = 1_000, MaxFlocks = 16;

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Reads a file's text.</summary>
    /// <param name="file">Its name, for messages; the scenario is named for it.</param>
    /// <param name="utf8">What stands in it.</param>
    /// <exception cref="ScenarioException">It can't be run; the message says why, and where.</exception>
    public static ScenarioFile Read(string file, ReadOnlySpan<byte> utf8) => Read(file, utf8, null);

    internal static ScenarioFile Read(string file, ReadOnlySpan<byte> utf8, Action<string, string>? heard)
    {
        if (utf8.Length > JsonPart.MaxBytes)
            throw new ScenarioException(file, 1, $"The file has {utf8.Length} bytes; a scenario has at most {JsonPart.MaxBytes}.");
        var root = new Section(file, "scenario", JsonPart.Parse(file, utf8), heard);
        var network = NetworkReader.Read(root.Object("network"), new NetworkConditions { UnresolvedProbes = 256 });
        var startsSettled = root.Choice("start", "cold", "cold", "settled") == "settled";
        var racks = Racks(root, startsSettled);
        var flocks = Flocks(root);
        var (addresses, contacts) = Addresses(root, flocks);
        var scenario = new ScenarioFile
        {
            Name = Path.GetFileNameWithoutExtension(file),
            About = root.Text("about", "", MaxAbout),
            Nodes = root.Whole("nodes", 100, 1, MaxNodes),
            Density = root.Number("density", 0.5, 0.001, 1),
            Addresses = addresses,
            Contacts = contacts,
            StartsSettled = startsSettled,
            RunOn = root.Span("runOn", TimeSpan.FromSeconds(10), TimeSpan.Zero, Day),
            RestWithin = root.Span("restWithin", TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(1), Day),
            ClockPpm = root.Whole("clockPpm", 0, 0, 10_000),
            RealCrypto = root.Choice("crypto", "virtual", "virtual", "real") == "real",
            Network = network,
            Rules = Rules(root),
            Racks = racks,
            Flocks = flocks,
            Timeline = [.. root.List("timeline", MaxSteps).Select(step => StepReader.Read(step, network, racks, flocks))],
            Expect = Expect(root.Object("expect")),
        };
        root.End();
        return scenario;
    }

    private static (AddressPattern Pattern, int Contacts) Addresses(Section root, List<FlockPlan> flocks)
    {
        var pattern = root.Choice("addresses", "ipv4", "ipv4", "ipv6", "scattered") switch
        {
            "ipv6" => AddressPattern.V6,
            "scattered" => AddressPattern.Scattered,
            _ => AddressPattern.V4,
        };
        if (pattern == AddressPattern.Scattered && root.Has("density"))
            throw root.Problem("density", "Scattered machines are in no range: leave out 'density'.");
        if (pattern == AddressPattern.Scattered && flocks.Count > 1)
            throw root.Problem("flocks", "The contacts of scattered machines are the first ones, which are of one flock: leave out 'flocks', or give machines a range.");
        if (pattern != AddressPattern.Scattered && root.Has("contacts"))
            throw root.Problem("contacts", "Machines of a range need no contacts: leave out 'contacts', or have them 'scattered'.");
        return (pattern, pattern == AddressPattern.Scattered ? root.Whole("contacts", 3, 1, MaxContacts) : 0);
    }

    private static List<RackPlan> Racks(Section root, bool startsSettled)
    {
        if (startsSettled && root.Has("powerOn"))
            throw root.Problem("powerOn", "In a settled start everything is on from the beginning: leave out 'powerOn', or start 'cold'.");
        var whole = root.Object("powerOn");
        var (at, over) = (TimeSpan.Zero, TimeSpan.FromSeconds(5));
        if (whole is not null)
        {
            at = whole.Span("at", at, TimeSpan.Zero, Day);
            over = whole.Span("over", over, TimeSpan.Zero, Day);
            whole.End();
        }
        var racks = new List<RackPlan>();
        foreach (var section in root.List("racks", MaxRacks))
        {
            if (startsSettled && (section.Has("at") || section.Has("over")))
                throw section.Problem(section.Has("at") ? "at" : "over", "In a settled start everything is on from the beginning: leave out 'at' and 'over', or start 'cold'.");
            var rack = new RackPlan(
                section.Text("name", $"r{racks.Count + 1}", MaxName),
                section.Number("share", 1, 0.0001, 1_000_000),
                section.Span("at", at, TimeSpan.Zero, Day),
                section.Span("over", over, TimeSpan.Zero, Day));
            section.End();
            if (racks.Exists(it => it.Name == rack.Name))
                throw section.Problem("name", $"Rack '{rack.Name}' stands twice.");
            racks.Add(rack);
        }
        return racks.Count > 0 ? racks : [new RackPlan("r1", 1, at, over)];
    }

    private static List<FlockPlan> Flocks(Section root)
    {
        var flocks = new List<FlockPlan>();
        foreach (var section in root.List("flocks", MaxFlocks))
        {
            var flock = new FlockPlan(
                section.Text("name", "alpha", MaxName),
                section.Text("bloc", "lab", MaxName),
                section.Whole("secret", 1, 1, 1_000_000),
                section.Number("share", 1, 0.0001, 1_000_000),
                section.Text("wire", "a", MaxName)) { IsSealed = section.Flag("sealed", false) };
            section.End();
            if (!NameRules.Holds(flock.Name) || !NameRules.Holds(flock.Bloc))
                throw section.Problem("name", $"A flock and a bloc have names of {NameRules.InWords}.");
            flocks.Add(flock);
        }
        return flocks.Count > 0 ? flocks : [new FlockPlan("alpha", "lab", 1, 1, "a")];
    }

    private static FlockOptions Rules(Section root)
    {
        var standard = new FlockOptions();
        if (root.Object("rules") is not { } section)
            return standard;
        var (second, minute) = (TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        var rules = standard with
        {
            BeatPeriod = section.Span("beatPeriod", standard.BeatPeriod, TimeSpan.FromMilliseconds(50), minute),
            SilenceWindow = section.Span("silenceWindow", standard.SilenceWindow, second / 10, 60 * minute),
            ProbeTime = section.Span("probeTime", standard.ProbeTime, second / 2, minute),
            MaxProbeTime = section.Span("maxProbeTime", standard.MaxProbeTime, second / 2, minute),
            SettleTime = section.Span("settleTime", standard.SettleTime, second / 100, minute),
            ScanBurst = section.Whole("scanBurst", standard.ScanBurst, 1, 4_096),
            ScanRate = section.Number("scanRate", standard.ScanRate, 0.001, 10_000),
            SlowScanRate = section.Number("slowScanRate", standard.SlowScanRate, 0.001, 10_000),
            UnreachableLife = section.Span("unreachableLife", standard.UnreachableLife, second, Day),
            TombstoneLife = section.Span("tombstoneLife", standard.TombstoneLife, second, Day),
        };
        section.End();
        return rules.FindProblem() is { } problem ? throw section.Problem(section.Line, problem) : rules;
    }

    private static Expectations Expect(Section? section)
    {
        if (section is null)
            return new Expectations();
        const double many = 1e12;
        var expect = new Expectations
        {
            Rest = section.Flag("rest", true),
            FullView = section.OptionalSpan("fullView", TimeSpan.Zero, Day),
            ProvisionalLeader = section.OptionalSpan("provisionalLeader", TimeSpan.Zero, Day),
            FencedLeader = section.OptionalSpan("fencedLeader", TimeSpan.Zero, Day),
            SettledSizes = section.OptionalWhole("settledSizes", 0, MaxNodes),
            LeaderChanges = section.OptionalWhole("leaderChanges", 0, 1_000_000),
            ViewChanges = section.OptionalWhole("viewChanges", 0, 1_000_000),
            FalseEvictions = section.Whole("falseEvictions", 0, 0, 1_000_000_000),
            LeastRotations = section.OptionalWhole("leastRotations", 0, 1_000_000_000),
            LeastReplays = section.OptionalWhole("leastReplays", 0, 1_000_000_000),
            ColdBytes = section.OptionalNumber("coldBytes", 0, many),
            PeakBytesPerSecond = section.OptionalNumber("peakBytesPerSecond", 0, many),
            SteadyDatagramsPerSecond = section.OptionalNumber("steadyDatagramsPerSecond", 0, many),
            SteadyBytesPerSecond = section.OptionalNumber("steadyBytesPerSecond", 0, many),
        };
        section.End();
        return expect;
    }
}
