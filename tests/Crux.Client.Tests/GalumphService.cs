using Crux.Protos.Samples;
using Grpc.Core;

namespace Crux.Client.Tests;

public sealed class GalumphService(Names names, ServedBy me) : Galumph.GalumphBase
{
    public override async Task<RegisterReply> Register(GalumphInstance request, ServerCallContext context)
    {
        await AnswerAsync(context);
        return new RegisterReply { Count = (uint)names.Add(request.Name), ServedBy = me.Instance };
    }

    public override async Task<TableReply> Table(TableRequest request, ServerCallContext context)
    {
        await AnswerAsync(context);
        return new TableReply { Names = { names.All }, ServedBy = me.Instance };
    }

    private Task AnswerAsync(ServerCallContext context)
    {
        foreach (var trailer in names.Trailers)
            context.ResponseTrailers.Add(trailer);
        return names.BeforeAnswer();
    }
}
