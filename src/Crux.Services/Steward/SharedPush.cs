using Crux.Machines.Registry;

namespace Crux.Services.Steward;

/// <summary>A push that many streams carry: its message is made once, by whoever sends it first, and never on the steward's loop.</summary>
internal sealed class SharedPush(StewardPush push)
{
    private Protos.StewardPush? _message;

    public Protos.StewardPush Message => _message ??= StewardShape.ToProto(push);
}
