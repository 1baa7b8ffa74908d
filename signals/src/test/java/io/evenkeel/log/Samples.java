package io.evenkeel.log;

import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;

/// A few lines of every text format, written after the statements that print them (XGBoost's and fastText's come from
/// runs of theirs).
final class Samples {
    private static final Map<LogFormat, String> TEXTS = new EnumMap<>(LogFormat.class);

    static {
        TEXTS.put(LogFormat.DELIMITED, "step,loss,grad_norm,lr\n1,2.5,1.0,1e-3\n2,2.4,NaN,1e-3\n3,inf,0.9,1e-3\n");
        TEXTS.put(LogFormat.KERAS_CSV, "epoch,accuracy,loss,val_loss\n0,0.5,2.5,2.6\n1,0.6,2.4,2.5\n");
        TEXTS.put(LogFormat.WANDB_CSV, """
                "Step","run a - train/loss","run a - train/loss__MIN","run a - train/loss__MAX","run b - train/loss"
                1,2.5,2.5,2.5,
                2,2.4,2.4,2.4,3.5
                """);
        TEXTS.put(LogFormat.JSON_LINES, """
                {"step": 1, "train": {"loss": 2.5}, "lr": 0.001, "note": "x"}
                {"step": 2, "train": {"loss": NaN}, "lr": "0.001"}
                """);
        TEXTS.put(LogFormat.WANDB_JSON_LINES, """
                {"_step": 1, "_timestamp": 1.7e9, "_runtime": 3, "loss": 2.5}
                {"_step": 2, "_timestamp": 1.7e9, "_runtime": 4, "loss": "Infinity"}
                """);
        TEXTS.put(LogFormat.JSON_RECORDS, "[{\"step\": 1, \"loss\": 2.5},\n {\"step\": 2, \"loss\": 2.4}]\n");
        TEXTS.put(LogFormat.TRAINER_STATE, """
                {
                  "epoch": 1.0,
                  "global_step": 20,
                  "log_history": [
                    {"epoch": 0.5, "grad_norm": 1.5, "learning_rate": 5e-05, "loss": 2.5, "step": 10},
                    {"epoch": 1.0, "grad_norm": NaN, "learning_rate": 4e-05, "loss": 0.0, "step": 20},
                    {"epoch": 1.0, "eval_loss": 2.6, "eval_runtime": 1.5, "step": 20}
                  ],
                  "max_steps": 40
                }
                """);
        TEXTS.put(LogFormat.KERAS_HISTORY, "{\"loss\": [2.5, 2.4, NaN], \"val_loss\": [2.6, 2.5, 2.4]}\n");
        TEXTS.put(LogFormat.MEGATRON, """
                training ...
                 iteration       10/     100 | consumed samples:          160 | elapsed time per iteration (ms): 512.5 | learning rate: 1.500E-04 | global batch size:    16 | lm loss: 9.500000E+00 | loss scale: 65536.0 | grad norm: 2.500 | number of skipped iterations:   0 | number of nan iterations:   0 |
                time (ms) | forward-compute: 12.50 | optimizer: 1.25
                 iteration       20/     100 | consumed samples:          320 | elapsed time per iteration (ms): 500.0 | learning rate: 1.500E-04 | global batch size:    16 | loss scale: 32768.0 | grad norm: 0.000 | number of skipped iterations:  10 | number of nan iterations:   0 |
                 validation loss at iteration 20 | lm loss value: 9.250000E+00 | lm loss PPL: 1.040457E+04 |
                """);
        TEXTS.put(
                LogFormat.GPT_NEOX,
                " samples/sec: 29.500 | iteration       10/     100 | elapsed time per iteration (ms): 434.5 |"
                        + " learning rate: 1.000E-06 | approx flops per GPU: 12.3TFLOPS | lm_loss: 1.050000E+01 |"
                        + " loss scale: 4096.0 | number of skipped iterations:   1 | number of nan iterations:   0 |\n");
        TEXTS.put(LogFormat.DEEPSPEED, """
                [2026-01-31 10:00:00,123] [INFO] [logging.py:96:log_dist] [Rank 0] step=10, skipped=1, lr=[0.0001, 0.0001], mom=[(0.9, 0.95), (0.9, 0.95)]
                [2026-01-31 10:00:01,500] [INFO] [loss_scaler.py:190:update_scale] [deepspeed] OVERFLOW! Rank 0 Skipping step. Attempted loss scale: 65536, reducing to 32768
                steps: 11 loss: 2.5000 iter time (s): 0.512 samples/sec: 31.250
                """);
        TEXTS.put(LogFormat.NANOGPT, """
                number of parameters: 10.65M
                step 0: train loss 4.2871, val loss 4.2823
                iter 0: loss 4.2649, time 12345.67ms, mfu -100.00%
                iter 10: loss 3.2438, time 25.50ms, mfu 14.90%
                """);
        TEXTS.put(
                LogFormat.NANOCHAT,
                "step 00010/21400 (0.05%) | loss: 9.201234 | lrm: 1.00 | dt: 512.34ms | tok/sec: 1,023,456 | mfu: 40.12 |"
                        + " total time: 1.23m\n");
        TEXTS.put(LogFormat.LLM_C, """
                s:0 tel:11.0123
                s:0 eval:0.2465
                s:1 trl:10.9876 lr:0.00060000 norm:15.25
                """);
        TEXTS.put(LogFormat.MODDED_NANOGPT, """
                step:0/1750 val_loss:10.8258 train_time:0ms step_avg:nanms
                step:1/1750 train_time:78ms step_avg:78.12ms
                step:125/1750 val_loss:4.6394 train_time:11500ms step_avg:92.00ms
                """);
        TEXTS.put(LogFormat.OLMO, """
                2026-01-31 10:00:00.500\thost:0\tolmo.train:967\tINFO\t[step=1200/739328,epoch=0]
                    optim/total_grad_norm=0.5012
                    train/CrossEntropyLoss=3.125
                    throughput/total_tokens=1,258,291,200
                """);
        TEXTS.put(
                LogFormat.TORCHTITAN,
                "[titan] 2026-01-31 10:00:00,123 - root - INFO - \u001b[31mstep:  1  \u001b[32mloss: 12.2721  "
                        + "\u001b[38;2;180;60;0mgrad_norm:  1.5000  \u001b[33mmemory: 10.00GiB(10.00%)  \u001b[34mtps: 1,234"
                        + "  \u001b[36mtflops: 12.50  \u001b[35mmfu: 1.00%\u001b[39m\n");
        TEXTS.put(
                LogFormat.HUGGING_FACE_LINES,
                "  0%|          | 0/100 [00:00<?, ?it/s]\r 10%|\u2588         | 10/100 [00:01<00:09,  9.93it/s]\n"
                        + "{'loss': 2.5, 'grad_norm': 1.5, 'learning_rate': 4.5e-05, 'epoch': 0.1}\n"
                        + " 20%|\u2588\u2588        | 20/100 [00:02<00:08,  9.93it/s]"
                        + "{'loss': '2.4', 'grad_norm': nan, 'learning_rate': 4e-05, 'epoch': 0.2}\n"
                        + "{'eval_loss': 2.6, 'eval_runtime': 1.5, 'epoch': 0.2}\n");
        TEXTS.put(LogFormat.KERAS_BAR, """
                Epoch 1/2
                 10/100 [==>...........................] - ETA: 1s - loss: 2.5000 - accuracy: 0.5000
                100/100 [==============================] - 1s 10ms/step - loss: 2.4000 - accuracy: 0.6000 - val_loss: 2.6000
                Epoch 2/2
                100/100 \u2501\u2501\u2501\u2501 1s 10ms/step - accuracy: 0.7000 - loss: 2.3000 - val_loss: 2.5000
                """);
        TEXTS.put(
                LogFormat.PROGRESS_BAR,
                "Epoch 0:  10%|\u2588         | 10/100 [00:01<00:09,  9.93it/s, loss=2.5, v_num=0]\r"
                        + "Epoch 0:  20%|\u2588\u2588        | 20/100 [00:02<00:08,  9.93it/s, loss=2.4, v_num=0]\r"
                        + "Epoch 1:  10%|\u2588         | 10/100 [00:01<00:09,  9.93it/s, loss=2.3, v_num=0]\n");
        TEXTS.put(
                LogFormat.FASTTEXT,
                "\rRead 0M words\nNumber of words:  9\nNumber of labels: 2\n"
                        + "\rProgress:  10.5% words/sec/thread: 1406696 lr:  0.089500 avg.loss:  0.512917 ETA:   0h 0m 9s"
                        + "\rProgress: 100.0% words/sec/thread: 1406696 lr:  0.000000 avg.loss:  0.012917 ETA:   0h 0m 0s\n");
        TEXTS.put(LogFormat.XGBOOST, """
                [03:33:15] [0]\ttest-logloss:0.52020722746849057\ttrain-logloss:0.49723399132490159
                [03:33:15] [1]\ttest-logloss:0.41472242593765257\ttrain-logloss:0.37675447538495066
                """);
        TEXTS.put(LogFormat.LINE_PROTOCOL, "step=1 loss=2.5 lr=1e-3\nstep=2 loss=nan lr=1e-3\n");
        TEXTS.put(LogFormat.KEY_VALUE, """
                2026-01-31 10:00:00 INFO Epoch [1/10], Step [100/600], Loss: 2.5000, grad norm: 1.25
                2026-01-31 10:00:05 INFO Epoch [1/10], Step [200/600], Loss: 2.4000, grad norm: 1.50
                """);
        TEXTS.put(LogFormat.FLIGHT_RECORDER, """
                {"version": "2.9", "rank": 1, "pg_config": {"7": {"name": "7", "desc": "DATA", "ranks": "[0, 1]"}},
                 "pg_status": {"2": {"last_enqueued_collective": 9, "last_started_collective": 8, "last_completed_collective": 7}},
                 "entries": [{"record_id": 1, "pg_id": 2, "process_group": ["7", "DATA"], "collective_seq_id": 9,
                   "p2p_seq_id": 0, "profiling_name": "nccl:all_reduce", "time_created_ns": 1700000000500000000,
                   "state": "scheduled", "time_discovered_started_ns": null, "timeout_ms": 180000, "is_p2p": false}]}
                """);
        TEXTS.put(LogFormat.TRACE, """
                {"schemaVersion": 1, "distributedInfo": {"backend": "nccl", "rank": 3, "world_size": 8}, "traceEvents": [
                {"ph": "X", "cat": "user_annotation", "name": "ProfilerStep#5", "pid": 1, "tid": 2, "ts": 2000000, "dur": 500000},
                {"ph": "X", "cat": "cpu_op", "name": "aten::mm", "pid": 1, "tid": 2, "ts": 2000001, "dur": 5},
                {"ph": "X", "cat": "kernel", "name": "ncclDevKernel_AllReduce", "pid": 0, "tid": 7, "ts": 2100000, "dur": 1000}
                ]}
                """);
        TEXTS.put(LogFormat.SPARK_EVENTS, """
                {"Event":"SparkListenerLogStart","Spark Version":"4.0.0"}
                {"Event":"SparkListenerTaskStart","Stage ID":3,"Stage Attempt ID":0,"Task Info":{"Task ID":8,"Index":1,"Launch Time":1700000000500,"Executor ID":"2","Host":"h2","Speculative":true,"Finish Time":0,"Failed":false,"Killed":false}}
                {"Event":"SparkListenerTaskEnd","Stage ID":3,"Stage Attempt ID":0,"Task Type":"ResultTask","Task Info":{"Task ID":7,"Index":0,"Launch Time":1700000000000,"Executor ID":"1","Host":"h1","Speculative":false,"Finish Time":1700000002500,"Failed":true,"Killed":false}}
                """);
    }

    private Samples() {}

    static Map<LogFormat, String> texts() {
        return TEXTS;
    }

    static String text(LogFormat format) {
        return TEXTS.get(format);
    }

    static byte[] bytes(LogFormat format) {
        return TEXTS.get(format).getBytes(StandardCharsets.UTF_8);
    }
}
