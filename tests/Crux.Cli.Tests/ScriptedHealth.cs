using Crux.Protos;
using Grpc.Core;

namespace Crux.Cli.Tests;

/// <summary>An availability history that the test states.</summary>
internal sealed class ScriptedHealth : HealthDesk.HealthDeskBase
{
    private const long Now = 1_777_863_721_000, Hour = 3_600_000;

    public ShowHealthRequest? Asked { get; private set; }

    public ShowHealthReply Reply { get; set; } = new()
    {
        FromUnixMs = Now - (12 * Hour), UntilUnixMs = Now, SinceUnixMs = Now - (24 * Hour), AnsweredBy = "node2",
        Lines =
        {
            new HealthLine
            {
                Level = HealthLevel.Place, Name = "galumph2_3", Node = "node1", State = HealthState.Up, Up = 1, Expected = 1, Timeline = "====", Tally = new HealthTally { UpMs = 12 * Hour },
                Changes = { new HealthChange { AtUnixMs = Now - (20 * Hour), State = HealthState.Up } },
            },
            new HealthLine
            {
                Level = HealthLevel.Place, Name = "galumph2_3", Node = "node2", State = HealthState.Down, Reason = "no beat for 15 s", Expected = 1, ChangeCount = 1, Timeline = "===x",
                Tally = new HealthTally { UpMs = 9 * Hour, DownMs = 3 * Hour },
                Changes =
                {
                    new HealthChange { AtUnixMs = Now - (20 * Hour), State = HealthState.Up },
                    new HealthChange { AtUnixMs = Now - (3 * Hour), State = HealthState.Down, Reason = "no beat for 15 s" },
                },
            },
        },
    };

    public override Task Show(ShowHealthRequest request, IServerStreamWriter<ShowHealthReply> responseStream, ServerCallContext context)
    {
        Asked = request;
        return responseStream.WriteAsync(Reply);
    }
}
